SELECT b.client_id, c.name, b.kind, b.allowed, b.measured
FROM limit_breach b JOIN client c USING (business_date, client_id)
WHERE business_date = :date ORDER BY b.kind, b.client_id
