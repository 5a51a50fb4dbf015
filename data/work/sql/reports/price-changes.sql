-- What a change moves: long and short positions of all clients together, each as a loss or a gain of the same size.
SELECT p.symbol, p.close, r.close AS revised, sum(abs(coalesce(q.closing, 0))) AS pieces,
       sum(abs(coalesce(q.closing, 0))) * abs(r.close - p.close) AS moved
FROM price p
JOIN revised_price r USING (business_date, symbol)
LEFT JOIN position q USING (business_date, symbol)
WHERE p.business_date = :date AND p.close <> r.close
GROUP BY p.symbol ORDER BY moved DESC, p.symbol
