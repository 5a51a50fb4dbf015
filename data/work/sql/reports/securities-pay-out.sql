SELECT o.client_id, c.demat_account, o.symbol, o.quantity
FROM security_obligation o JOIN client c USING (business_date, client_id)
WHERE business_date = :date AND o.quantity > 0 ORDER BY o.client_id, o.symbol
