SELECT m.client_id, c.name, m.total, m.collateral, m.shortfall
FROM margin m JOIN client c USING (business_date, client_id)
WHERE business_date = :date AND m.shortfall > 0 ORDER BY m.shortfall DESC, m.client_id
