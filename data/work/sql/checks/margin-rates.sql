SELECT 'shares with a margin rate', (SELECT count(*) FROM instrument WHERE business_date = :date AND kind = 'EQ'),
       (SELECT count(*) FROM margin_rate WHERE business_date = :date)
UNION ALL
SELECT 'rates out of bounds', 0,
       (SELECT count(*) FROM margin_rate WHERE business_date = :date AND rate_ppm NOT BETWEEN 75000 AND 1000000)
