-- An option counts for half of its share, a put with the other sign.
SELECT p.client_id, i.underlying,
       sum(p.closing * s.close * CASE i.kind WHEN 'CE' THEN 1 WHEN 'PE' THEN -1 ELSE 2 END / 2) AS exposure
FROM position p
JOIN instrument i USING (business_date, symbol)
JOIN price s ON s.business_date = p.business_date AND s.symbol = i.underlying
WHERE p.business_date = :date AND p.closing <> 0
GROUP BY p.client_id, i.underlying ORDER BY p.client_id, i.underlying
