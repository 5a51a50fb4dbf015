-- Shares and options settle at their price; futures settle the day's gain, on new and on carried pieces.
DELETE FROM fund_obligation WHERE business_date = :date;
INSERT INTO fund_obligation
    SELECT :date, p.client_id, p.symbol,
           p.sold_value - p.bought_value
           + CASE i.kind WHEN 'FUT' THEN (p.bought - p.sold) * c.close + p.opening * (c.close - c.previous_close) ELSE 0 END
    FROM position p JOIN instrument i USING (business_date, symbol) JOIN price c USING (business_date, symbol)
    WHERE p.business_date = :date;
