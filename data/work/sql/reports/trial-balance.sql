SELECT source, account, count(*) AS entries, sum(amount) AS amount
FROM ledger WHERE business_date = :date GROUP BY source, account ORDER BY source, account
