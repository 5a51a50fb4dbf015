-- Each open contract is charged its share's margin rate; bought options are paid for and need none.
DELETE FROM span_margin WHERE business_date = :date;
INSERT INTO span_margin
    SELECT :date, p.client_id, sum(abs(p.closing) * s.close / 100 * r.rate_ppm / 10000)
    FROM position p
    JOIN instrument i USING (business_date, symbol)
    JOIN price s ON s.business_date = p.business_date AND s.symbol = i.underlying
    JOIN margin_rate r ON r.business_date = p.business_date AND r.underlying = i.underlying
    WHERE p.business_date = :date AND (i.kind = 'FUT' OR i.kind IN ('CE', 'PE') AND p.closing < 0)
    GROUP BY p.client_id;
