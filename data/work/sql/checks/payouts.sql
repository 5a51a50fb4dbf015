SELECT 'paid and withheld make what the ledger owes',
       (SELECT sum(amount) FROM ledger WHERE business_date = :date AND account = 'clients'),
       (SELECT sum(amount + withheld) FROM payout WHERE business_date = :date)
UNION ALL
SELECT 'withheld beyond the shortfall', 0,
       (SELECT count(*) FROM payout JOIN margin USING (business_date, client_id)
        WHERE business_date = :date AND (withheld > shortfall OR withheld < 0))
