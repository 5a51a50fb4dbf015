SELECT 'instruments whose funds differ', 0,
       (SELECT count(*) FROM exchange_obligation e LEFT JOIN
           (SELECT symbol, sum(amount) AS amount FROM fund_obligation WHERE business_date = :date GROUP BY symbol) f USING (symbol)
        WHERE e.business_date = :date AND e.funds <> coalesce(f.amount, 0))
UNION ALL
SELECT 'shares whose pieces differ', 0,
       (SELECT count(*) FROM exchange_obligation e JOIN instrument i USING (business_date, symbol) LEFT JOIN
           (SELECT symbol, sum(quantity) AS quantity FROM security_obligation WHERE business_date = :date GROUP BY symbol) s USING (symbol)
        WHERE e.business_date = :date AND i.kind = 'EQ' AND e.net_quantity <> coalesce(s.quantity, 0))
UNION ALL
SELECT 'funds, all instruments', (SELECT sum(funds) FROM exchange_obligation WHERE business_date = :date),
       (SELECT sum(amount) FROM fund_obligation WHERE business_date = :date)
UNION ALL
SELECT 'net pieces, all instruments', (SELECT sum(net_quantity) FROM exchange_obligation WHERE business_date = :date),
       (SELECT sum(bought - sold) FROM position WHERE business_date = :date)
