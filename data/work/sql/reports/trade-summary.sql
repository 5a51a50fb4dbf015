SELECT segment, symbol, side, count(*) AS trades, sum(quantity) AS quantity, sum(value) AS value
FROM trade WHERE business_date = :date GROUP BY segment, symbol, side ORDER BY segment, symbol, side
