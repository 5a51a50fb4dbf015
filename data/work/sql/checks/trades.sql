SELECT 'trades of known clients', (SELECT count(*) FROM trade WHERE business_date = :date),
       (SELECT count(*) FROM trade JOIN client USING (business_date, client_id) WHERE business_date = :date)
UNION ALL
SELECT 'trades in listed instruments', (SELECT count(*) FROM trade WHERE business_date = :date),
       (SELECT count(*) FROM trade JOIN instrument USING (business_date, symbol) WHERE business_date = :date)
UNION ALL
SELECT 'value is quantity times price', (SELECT sum(value) FROM trade WHERE business_date = :date),
       (SELECT sum(quantity * price) FROM trade WHERE business_date = :date)
UNION ALL
SELECT 'modified trades by value', (SELECT sum(value) FROM modification WHERE business_date = :date),
       (SELECT sum(b.value) FROM booked_trade b JOIN modification m
        ON m.business_date = b.business_date AND m.trade_no = b.trade_no AND m.booked_to = b.client_id
        WHERE b.business_date = :date)
UNION ALL
SELECT 'trades left in the error account', 0,
       (SELECT count(*) FROM trade WHERE business_date = :date AND client_id = 'C0000')
