DELETE FROM margin WHERE business_date = :date;
INSERT INTO margin
    SELECT :date, c.client_id, coalesce(s.amount, 0), coalesce(e.amount, 0), coalesce(s.amount, 0) + coalesce(e.amount, 0),
           c.collateral, max(0, coalesce(s.amount, 0) + coalesce(e.amount, 0) - c.collateral)
    FROM client c
    LEFT JOIN span_margin s USING (business_date, client_id)
    LEFT JOIN exposure_margin e USING (business_date, client_id)
    WHERE c.business_date = :date;
