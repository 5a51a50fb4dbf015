SELECT 'pieces to deliver', (SELECT sum(-quantity) FROM security_obligation WHERE business_date = :date AND quantity < 0),
       (SELECT control FROM report WHERE business_date = :date AND path = 'depository/securities-pay-in.txt')
UNION ALL
SELECT 'pieces to receive', (SELECT sum(quantity) FROM security_obligation WHERE business_date = :date AND quantity > 0),
       (SELECT control FROM report WHERE business_date = :date AND path = 'depository/securities-pay-out.txt')
UNION ALL
SELECT 'net is what the exchange says',
       (SELECT sum(net_quantity) FROM exchange_obligation JOIN instrument USING (business_date, symbol)
        WHERE business_date = :date AND kind = 'EQ'),
       (SELECT sum(quantity) FROM security_obligation WHERE business_date = :date)
