SELECT 'instruments whose share is listed', (SELECT count(*) FROM instrument WHERE business_date = :date),
       (SELECT count(*) FROM instrument i JOIN instrument s ON s.business_date = i.business_date AND s.symbol = i.underlying
        WHERE i.business_date = :date AND s.kind = 'EQ')
UNION ALL
SELECT 'contracts that have not expired', (SELECT count(*) FROM instrument WHERE business_date = :date AND kind <> 'EQ'),
       (SELECT count(*) FROM instrument WHERE business_date = :date AND kind <> 'EQ' AND expiry >= :date)
UNION ALL
SELECT 'demat accounts, each used once', (SELECT count(*) FROM client WHERE business_date = :date),
       (SELECT count(DISTINCT demat_account) FROM client WHERE business_date = :date)
