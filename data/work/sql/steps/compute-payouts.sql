-- A client whose margin falls short is paid only what is left after it; who owes pays in.
DELETE FROM payout WHERE business_date = :date;
INSERT INTO payout
    WITH owed AS (
        SELECT client_id, sum(amount) AS due FROM ledger
        WHERE business_date = :date AND account = 'clients' GROUP BY client_id),
    kept AS (
        SELECT o.client_id, o.due, min(max(o.due, 0), m.shortfall) AS withheld
        FROM owed o JOIN margin m ON m.business_date = :date AND m.client_id = o.client_id)
    SELECT :date, client_id, due, withheld, due - withheld FROM kept;
