DELETE FROM security_obligation WHERE business_date = :date;
INSERT INTO security_obligation
    SELECT :date, p.client_id, p.symbol, p.bought - p.sold
    FROM position p JOIN instrument i USING (business_date, symbol)
    WHERE p.business_date = :date AND i.kind = 'EQ' AND p.bought <> p.sold;
