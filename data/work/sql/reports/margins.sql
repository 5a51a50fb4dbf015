SELECT client_id, span, exposure, collateral, shortfall, total FROM margin WHERE business_date = :date ORDER BY client_id
