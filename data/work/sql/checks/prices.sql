SELECT 'instruments with a price', (SELECT count(*) FROM instrument WHERE business_date = :date),
       (SELECT count(*) FROM instrument JOIN price USING (business_date, symbol) WHERE business_date = :date AND close > 0)
UNION ALL
SELECT 'shares that moved more than 20 per cent', 0,
       (SELECT count(*) FROM price JOIN instrument USING (business_date, symbol)
        WHERE business_date = :date AND kind = 'EQ' AND abs(close - previous_close) * 5 > previous_close)
UNION ALL
SELECT 'shares with five years of moves', (SELECT count(*) FROM instrument WHERE business_date = :date AND kind = 'EQ'),
       (SELECT count(*) FROM (SELECT underlying FROM move WHERE business_date = :date GROUP BY underlying HAVING count(*) = 1250))
