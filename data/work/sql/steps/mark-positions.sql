DELETE FROM position WHERE business_date = :date;
INSERT INTO position
    WITH part AS (
        SELECT client_id, symbol, quantity AS opening, 0 AS bought, 0 AS sold, 0 AS bought_value, 0 AS sold_value
        FROM opening WHERE business_date = :date
        UNION ALL
        SELECT client_id, symbol, 0, bought, sold, bought_value, sold_value FROM netted WHERE business_date = :date),
    book AS (
        SELECT client_id, symbol, sum(opening) AS opening, sum(bought) AS bought, sum(sold) AS sold,
               sum(bought_value) AS bought_value, sum(sold_value) AS sold_value
        FROM part GROUP BY client_id, symbol)
    SELECT :date, client_id, symbol, opening, bought, sold, opening + bought - sold, p.close, bought_value, sold_value,
           (opening + bought - sold) * p.close
    FROM book JOIN price p USING (symbol) WHERE p.business_date = :date;
