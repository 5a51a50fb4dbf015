SELECT 'clients who traded are charged', (SELECT count(DISTINCT client_id) FROM trade WHERE business_date = :date),
       (SELECT count(*) FROM charge WHERE business_date = :date)
UNION ALL
SELECT 'turnover', (SELECT sum(value) FROM trade WHERE business_date = :date),
       (SELECT sum(turnover) FROM charge WHERE business_date = :date)
UNION ALL
SELECT 'brokerage on contracts is by trade',
       (SELECT 2000 * count(*) FROM trade WHERE business_date = :date AND segment = 'derivatives'),
       (SELECT sum(brokerage) FROM charge WHERE business_date = :date)
       - (SELECT sum(value * 3 / 10000) FROM trade WHERE business_date = :date AND segment = 'equity')
