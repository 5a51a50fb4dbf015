-- Three per cent of what futures and sold options stand for.
DELETE FROM exposure_margin WHERE business_date = :date;
INSERT INTO exposure_margin
    SELECT :date, p.client_id, sum(abs(p.closing) * s.close * 3 / 100)
    FROM position p
    JOIN instrument i USING (business_date, symbol)
    JOIN price s ON s.business_date = p.business_date AND s.symbol = i.underlying
    WHERE p.business_date = :date AND (i.kind = 'FUT' OR i.kind IN ('CE', 'PE') AND p.closing < 0)
    GROUP BY p.client_id;
