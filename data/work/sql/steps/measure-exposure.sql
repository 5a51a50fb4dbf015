DELETE FROM client_exposure WHERE business_date = :date;
INSERT INTO client_exposure
    SELECT :date, c.client_id, coalesce(sum(abs(p.value)), 0), c.limit_value
    FROM client c LEFT JOIN position p USING (business_date, client_id)
    WHERE c.business_date = :date GROUP BY c.client_id;
