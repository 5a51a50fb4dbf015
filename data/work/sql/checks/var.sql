SELECT 'clients with positions are simulated',
       (SELECT count(DISTINCT client_id) FROM position WHERE business_date = :date AND closing <> 0),
       (SELECT count(*) FROM var WHERE business_date = :date AND client_id <> 'HOUSE')
UNION ALL
SELECT 'exposures of clients make the house''s', (SELECT sum(exposure) FROM var WHERE business_date = :date AND client_id <> 'HOUSE'),
       (SELECT exposure FROM var WHERE business_date = :date AND client_id = 'HOUSE')
