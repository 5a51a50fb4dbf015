SELECT client_id, symbol, opening, bought, sold, closing, close, value
FROM position WHERE business_date = :date ORDER BY client_id, symbol
