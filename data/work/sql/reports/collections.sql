SELECT p.client_id, c.bank_account, -p.amount AS amount
FROM payout p JOIN client c USING (business_date, client_id)
WHERE business_date = :date AND p.amount < 0 ORDER BY p.client_id
