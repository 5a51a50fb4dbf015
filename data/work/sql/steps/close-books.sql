DELETE FROM closed_day WHERE business_date = :date;
INSERT INTO closed_day
    SELECT :date, count(*), sum(value), (SELECT sum(total) FROM charge WHERE business_date = :date)
    FROM booked_trade WHERE business_date = :date;
