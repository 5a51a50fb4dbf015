SELECT 'instructions answered', (SELECT count(*) FROM security_obligation WHERE business_date = :date AND quantity <> 0),
       (SELECT count(*) FROM confirmation WHERE business_date = :date)
UNION ALL
SELECT 'pieces instructed', (SELECT sum(quantity) FROM security_obligation WHERE business_date = :date),
       (SELECT sum(instructed) FROM confirmation WHERE business_date = :date)
UNION ALL
SELECT 'instructions confirmed beyond what was instructed', 0,
       (SELECT count(*) FROM confirmation WHERE business_date = :date AND abs(confirmed) > abs(instructed))
