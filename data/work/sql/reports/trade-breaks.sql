SELECT trade_no, kind, ours, theirs, value FROM trade_break WHERE business_date = :date ORDER BY trade_no
