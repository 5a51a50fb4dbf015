SELECT 'one note for every client who traded', (SELECT count(*) FROM charge WHERE business_date = :date),
       (SELECT count(*) FROM contract_note WHERE business_date = :date)
UNION ALL
SELECT 'turnover', (SELECT sum(value) FROM exchange_trade WHERE business_date = :date),
       (SELECT sum(turnover) FROM contract_note WHERE business_date = :date)
UNION ALL
SELECT 'charges', (SELECT sum(total) FROM charge WHERE business_date = :date),
       (SELECT sum(charges) FROM contract_note WHERE business_date = :date)
UNION ALL
SELECT 'due is sold less bought less charges',
       (SELECT sum(CASE side WHEN 'S' THEN value ELSE -value END) FROM trade WHERE business_date = :date)
       - (SELECT sum(total) FROM charge WHERE business_date = :date),
       (SELECT sum(due) FROM contract_note WHERE business_date = :date)
