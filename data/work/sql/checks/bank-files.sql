SELECT 'to pay out', (SELECT sum(amount) FROM payout WHERE business_date = :date AND amount > 0),
       (SELECT control FROM report WHERE business_date = :date AND path = 'bank/payouts.txt')
UNION ALL
SELECT 'to collect', (SELECT -sum(amount) FROM payout WHERE business_date = :date AND amount < 0),
       (SELECT control FROM report WHERE business_date = :date AND path = 'bank/collections.txt')
