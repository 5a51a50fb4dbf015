SELECT f.client_id, c.name, f.demat_account, f.symbol, f.instructed, f.confirmed, f.confirmed - f.instructed AS short
FROM confirmation f JOIN client c USING (business_date, client_id)
WHERE business_date = :date AND f.confirmed <> f.instructed ORDER BY short DESC, f.client_id, f.symbol
