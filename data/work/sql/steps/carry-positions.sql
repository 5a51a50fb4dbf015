-- What was held after the latest day before this one. Contracts that expired are no longer listed and fall away.
DELETE FROM opening WHERE business_date = :date;
INSERT INTO opening
    SELECT :date, p.client_id, p.symbol, p.closing
    FROM position p JOIN instrument i ON i.business_date = :date AND i.symbol = p.symbol
    WHERE p.business_date = (SELECT max(business_date) FROM position WHERE business_date < :date) AND p.closing <> 0;
