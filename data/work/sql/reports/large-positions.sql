SELECT client_id, symbol, closing, value FROM position
WHERE business_date = :date AND abs(value) >= 500000000 ORDER BY client_id, symbol
