SELECT 'instruments with a price in both files', (SELECT count(*) FROM price WHERE business_date = :date),
       (SELECT count(*) FROM price JOIN revised_price USING (business_date, symbol) WHERE business_date = :date)
UNION ALL
SELECT 'previous closes, which no revision changes', (SELECT sum(previous_close) FROM price WHERE business_date = :date),
       (SELECT sum(previous_close) FROM revised_price WHERE business_date = :date)
