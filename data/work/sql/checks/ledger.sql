SELECT 'trial balance of ' || source, 0, sum(amount) FROM ledger WHERE business_date = :date GROUP BY source
UNION ALL
SELECT 'both sources are posted', 2, (SELECT count(DISTINCT source) FROM ledger WHERE business_date = :date)
UNION ALL
SELECT 'charges of the contract notes', (SELECT -sum(charges) FROM contract_note WHERE business_date = :date),
       (SELECT sum(amount) FROM ledger WHERE business_date = :date AND source = 'charges' AND account = 'clients')
