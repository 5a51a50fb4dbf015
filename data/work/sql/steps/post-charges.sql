DELETE FROM ledger WHERE business_date = :date AND source = 'charges';
INSERT INTO ledger SELECT :date, 'charges', 'clients', client_id, -total FROM charge WHERE business_date = :date;
INSERT INTO ledger
    WITH sums AS (
        SELECT sum(brokerage) AS brokerage, sum(transaction_tax) AS transaction_tax, sum(exchange_fee) AS exchange_fee,
               sum(stamp_duty) AS stamp_duty, sum(service_tax) AS service_tax
        FROM charge WHERE business_date = :date)
    SELECT :date, 'charges', 'brokerage earned', '', brokerage FROM sums
    UNION ALL SELECT :date, 'charges', 'transaction tax payable', '', transaction_tax FROM sums
    UNION ALL SELECT :date, 'charges', 'exchange fees payable', '', exchange_fee FROM sums
    UNION ALL SELECT :date, 'charges', 'stamp duty payable', '', stamp_duty FROM sums
    UNION ALL SELECT :date, 'charges', 'service tax payable', '', service_tax FROM sums;
