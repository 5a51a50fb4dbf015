SELECT 'gross exposure', (SELECT sum(abs(value)) FROM position WHERE business_date = :date),
       (SELECT sum(gross) FROM client_exposure WHERE business_date = :date)
UNION ALL
SELECT 'breaches that are none', 0, (SELECT count(*) FROM limit_breach WHERE business_date = :date AND measured <= allowed)
