DELETE FROM ledger WHERE business_date = :date AND source = 'obligations';
INSERT INTO ledger
    SELECT :date, 'obligations', 'clients', client_id, sum(amount) FROM fund_obligation
    WHERE business_date = :date GROUP BY client_id;
INSERT INTO ledger
    SELECT :date, 'obligations', 'clearing corporation', '', -sum(funds) FROM exchange_obligation WHERE business_date = :date;
