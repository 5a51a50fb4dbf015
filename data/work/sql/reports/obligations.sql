SELECT client_id, sum(amount) AS funds FROM fund_obligation WHERE business_date = :date GROUP BY client_id ORDER BY client_id
