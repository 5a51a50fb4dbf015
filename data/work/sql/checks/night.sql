-- The whole night once more, end to end: what was traded is what was settled, noted, posted and filed.
SELECT 'turnover: exchange and contract notes', (SELECT sum(value) FROM exchange_trade WHERE business_date = :date),
       (SELECT sum(turnover) FROM contract_note WHERE business_date = :date)
UNION ALL
SELECT 'turnover: contract notes and filing', (SELECT sum(turnover) FROM contract_note WHERE business_date = :date),
       (SELECT control FROM report WHERE business_date = :date AND path = 'regulatory/turnover.csv')
UNION ALL
SELECT 'funds: exchange and ledger', (SELECT sum(funds) FROM exchange_obligation WHERE business_date = :date),
       (SELECT sum(amount) FROM ledger WHERE business_date = :date AND source = 'obligations' AND account = 'clients')
UNION ALL
SELECT 'funds: ledger and bank', (SELECT sum(amount) FROM ledger WHERE business_date = :date AND account = 'clients'),
       (SELECT control FROM report WHERE business_date = :date AND path = 'bank/payouts.txt')
       - (SELECT control FROM report WHERE business_date = :date AND path = 'bank/collections.txt')
       + (SELECT sum(withheld) FROM payout WHERE business_date = :date)
UNION ALL
SELECT 'pieces: positions and depository', (SELECT sum(bought - sold) FROM position JOIN instrument USING (business_date, symbol)
        WHERE business_date = :date AND kind = 'EQ'),
       (SELECT control FROM report WHERE business_date = :date AND path = 'depository/securities-pay-out.txt')
       - (SELECT control FROM report WHERE business_date = :date AND path = 'depository/securities-pay-in.txt')
