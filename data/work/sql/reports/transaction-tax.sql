SELECT c.region, count(*) AS clients, sum(h.turnover) AS turnover, sum(h.transaction_tax) AS transaction_tax
FROM charge h JOIN client c USING (business_date, client_id)
WHERE business_date = :date GROUP BY c.region ORDER BY c.region
