-- Brokerage is 3 basis points on shares and 20 rupees a trade in contracts. Each trade's charge is cut to whole paise.
DELETE FROM charge WHERE business_date = :date;
INSERT INTO charge
    WITH part AS (
        SELECT client_id, sum(value) AS turnover,
               sum(CASE segment WHEN 'equity' THEN value * 3 / 10000 ELSE 2000 END) AS brokerage,
               sum(CASE WHEN segment = 'equity' THEN value / 1000
                        WHEN side = 'S' THEN value * 2 / 10000 ELSE 0 END) AS transaction_tax,
               sum(value * 3 / 100000) AS exchange_fee,
               sum(CASE WHEN side = 'S' THEN 0 WHEN segment = 'equity' THEN value * 15 / 100000
                        ELSE value * 3 / 100000 END) AS stamp_duty
        FROM trade WHERE business_date = :date GROUP BY client_id),
    taxed AS (SELECT *, (brokerage + exchange_fee) * 18 / 100 AS service_tax FROM part)
    SELECT :date, client_id, turnover, brokerage, transaction_tax, exchange_fee, stamp_duty, service_tax,
           brokerage + transaction_tax + exchange_fee + stamp_duty + service_tax
    FROM taxed;
