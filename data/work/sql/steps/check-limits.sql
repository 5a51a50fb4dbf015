DELETE FROM limit_breach WHERE business_date = :date;
INSERT INTO limit_breach
    SELECT :date, client_id, 'gross exposure', limit_value, gross FROM client_exposure
    WHERE business_date = :date AND gross > limit_value;
INSERT INTO limit_breach
    SELECT :date, v.client_id, 'value at risk', c.collateral / 8, v.amount
    FROM var v JOIN client c USING (business_date, client_id)
    WHERE v.business_date = :date AND v.amount > c.collateral / 8;
