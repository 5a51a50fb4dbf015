SELECT 'opening pieces are what was carried', (SELECT coalesce(sum(quantity), 0) FROM opening WHERE business_date = :date),
       (SELECT coalesce(sum(opening), 0) FROM position WHERE business_date = :date)
UNION ALL
SELECT 'pieces bought', (SELECT sum(quantity) FROM trade WHERE business_date = :date AND side = 'B'),
       (SELECT sum(bought) FROM position WHERE business_date = :date)
UNION ALL
SELECT 'pieces sold', (SELECT sum(quantity) FROM trade WHERE business_date = :date AND side = 'S'),
       (SELECT sum(sold) FROM position WHERE business_date = :date)
UNION ALL
SELECT 'turnover', (SELECT sum(value) FROM exchange_trade WHERE business_date = :date),
       (SELECT sum(bought_value + sold_value) FROM position WHERE business_date = :date)
UNION ALL
SELECT 'closing is opening, bought and sold', (SELECT sum(opening + bought - sold) FROM position WHERE business_date = :date),
       (SELECT sum(closing) FROM position WHERE business_date = :date)
