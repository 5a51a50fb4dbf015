SELECT 'clients measured', (SELECT count(*) FROM client WHERE business_date = :date),
       (SELECT count(*) FROM margin WHERE business_date = :date)
UNION ALL
SELECT 'span and exposure make the total',
       (SELECT coalesce(sum(amount), 0) FROM span_margin WHERE business_date = :date)
       + (SELECT coalesce(sum(amount), 0) FROM exposure_margin WHERE business_date = :date),
       (SELECT sum(total) FROM margin WHERE business_date = :date)
UNION ALL
SELECT 'shortfalls without a reason', 0,
       (SELECT count(*) FROM margin WHERE business_date = :date AND shortfall > 0 AND total <= collateral)
