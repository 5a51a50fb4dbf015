SELECT symbol, previous_close, close FROM price WHERE business_date = :date ORDER BY symbol
