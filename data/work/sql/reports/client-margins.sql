SELECT client_id, span, exposure, collateral, total FROM margin WHERE business_date = :date AND total > 0 ORDER BY client_id
