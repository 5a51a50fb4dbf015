SELECT region, client_id, charges, due, turnover FROM contract_note WHERE business_date = :date ORDER BY region, client_id
