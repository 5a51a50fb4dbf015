SELECT segment, c.region, count(*) AS trades, sum(t.value) AS turnover
FROM trade t JOIN client c USING (business_date, client_id)
WHERE business_date = :date GROUP BY segment, c.region ORDER BY segment, c.region
