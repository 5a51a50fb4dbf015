DELETE FROM netted WHERE business_date = :date;
INSERT INTO netted
    SELECT :date, client_id, symbol,
           sum(CASE side WHEN 'B' THEN quantity ELSE 0 END), sum(CASE side WHEN 'S' THEN quantity ELSE 0 END),
           sum(CASE side WHEN 'B' THEN value ELSE 0 END), sum(CASE side WHEN 'S' THEN value ELSE 0 END)
    FROM trade WHERE business_date = :date GROUP BY client_id, symbol;
