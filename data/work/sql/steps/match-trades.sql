-- Compare trade by trade. A different client is explained where the dealing desk filed a modification to the exchange's client.
DELETE FROM trade_break WHERE business_date = :date;
INSERT INTO trade_break
    SELECT :date, b.trade_no,
           CASE WHEN (b.symbol, b.side, b.quantity, b.price) <> (e.symbol, e.side, e.quantity, e.price) THEN 'terms differ'
                WHEN m.belongs_to = e.client_id THEN 'explained'
                ELSE 'client differs' END,
           b.client_id, e.client_id, b.value
    FROM booked_trade b
    JOIN exchange_trade e ON e.business_date = b.business_date AND e.trade_no = b.trade_no
    LEFT JOIN modification m ON m.business_date = b.business_date AND m.trade_no = b.trade_no
    WHERE b.business_date = :date
      AND (b.client_id, b.symbol, b.side, b.quantity, b.price) <> (e.client_id, e.symbol, e.side, e.quantity, e.price);
INSERT INTO trade_break
    SELECT :date, trade_no, 'only the exchange has it', '', client_id, value FROM exchange_trade e
    WHERE business_date = :date
      AND NOT EXISTS (SELECT 1 FROM booked_trade b WHERE b.business_date = e.business_date
                      AND b.segment IN ('equity', 'derivatives') AND b.trade_no = e.trade_no);
INSERT INTO trade_break
    SELECT :date, trade_no, 'only we have it', client_id, '', value FROM booked_trade b
    WHERE business_date = :date
      AND NOT EXISTS (SELECT 1 FROM exchange_trade e WHERE e.business_date = b.business_date AND e.trade_no = b.trade_no);
