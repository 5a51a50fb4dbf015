SELECT underlying, volatility_ppm, rate_ppm FROM margin_rate WHERE business_date = :date ORDER BY underlying
