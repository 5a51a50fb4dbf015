SELECT 'margin filed', (SELECT sum(total) FROM margin WHERE business_date = :date AND total > 0),
       (SELECT control FROM report WHERE business_date = :date AND path = 'regulatory/client-margins.xml')
UNION ALL
SELECT 'turnover filed', (SELECT sum(value) FROM exchange_trade WHERE business_date = :date),
       (SELECT control FROM report WHERE business_date = :date AND path = 'regulatory/turnover.csv')
UNION ALL
SELECT 'transaction tax filed',
       (SELECT amount FROM ledger WHERE business_date = :date AND account = 'transaction tax payable'),
       (SELECT control FROM report WHERE business_date = :date AND path = 'regulatory/transaction-tax.csv')
