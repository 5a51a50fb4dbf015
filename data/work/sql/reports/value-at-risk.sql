SELECT client_id, exposure, amount AS value_at_risk FROM var WHERE business_date = :date ORDER BY client_id
