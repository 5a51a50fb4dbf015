-- Every task that fills a table owns it, and replaces its own rows of a business date. Money is in paise.
CREATE TABLE IF NOT EXISTS instrument (
    business_date TEXT, symbol TEXT, kind TEXT, underlying TEXT, expiry TEXT, strike INTEGER, lot INTEGER,
    PRIMARY KEY (business_date, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS client (
    business_date TEXT, client_id TEXT, name TEXT, region TEXT, bank_account TEXT, demat_account TEXT,
    limit_value INTEGER, collateral INTEGER, PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS price (
    business_date TEXT, symbol TEXT, close INTEGER, previous_close INTEGER,
    PRIMARY KEY (business_date, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS revised_price (
    business_date TEXT, symbol TEXT, close INTEGER, previous_close INTEGER,
    PRIMARY KEY (business_date, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS move (
    business_date TEXT, underlying TEXT, day TEXT, ppm INTEGER,
    PRIMARY KEY (business_date, underlying, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS margin_rate (
    business_date TEXT, underlying TEXT, volatility_ppm INTEGER, rate_ppm INTEGER,
    PRIMARY KEY (business_date, underlying)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS booked_trade (
    business_date TEXT, segment TEXT, trade_no TEXT, traded_at TEXT, client_id TEXT, symbol TEXT, side TEXT,
    quantity INTEGER, price INTEGER, value INTEGER, PRIMARY KEY (business_date, segment, trade_no)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS modification (
    business_date TEXT, trade_no TEXT, booked_to TEXT, belongs_to TEXT, value INTEGER,
    PRIMARY KEY (business_date, trade_no)) WITHOUT ROWID;
-- A trade belongs to the client it was booked to, unless a modification says another.
CREATE VIEW IF NOT EXISTS trade AS
    SELECT b.business_date, b.segment, b.trade_no, b.traded_at, coalesce(m.belongs_to, b.client_id) AS client_id,
           b.symbol, b.side, b.quantity, b.price, b.value
    FROM booked_trade b LEFT JOIN modification m ON m.business_date = b.business_date AND m.trade_no = b.trade_no;
CREATE TABLE IF NOT EXISTS exchange_trade (
    business_date TEXT, trade_no TEXT, traded_at TEXT, client_id TEXT, symbol TEXT, side TEXT, quantity INTEGER,
    price INTEGER, value INTEGER, PRIMARY KEY (business_date, trade_no)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trade_break (
    business_date TEXT, trade_no TEXT, kind TEXT, ours TEXT, theirs TEXT, value INTEGER,
    PRIMARY KEY (business_date, trade_no)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS opening (
    business_date TEXT, client_id TEXT, symbol TEXT, quantity INTEGER,
    PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS netted (
    business_date TEXT, client_id TEXT, symbol TEXT, bought INTEGER, sold INTEGER, bought_value INTEGER,
    sold_value INTEGER, PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position (
    business_date TEXT, client_id TEXT, symbol TEXT, opening INTEGER, bought INTEGER, sold INTEGER, closing INTEGER,
    close INTEGER, bought_value INTEGER, sold_value INTEGER, value INTEGER,
    PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS charge (
    business_date TEXT, client_id TEXT, turnover INTEGER, brokerage INTEGER, transaction_tax INTEGER,
    exchange_fee INTEGER, stamp_duty INTEGER, service_tax INTEGER, total INTEGER,
    PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contract_note (
    business_date TEXT, region TEXT, client_id TEXT, turnover INTEGER, charges INTEGER, due INTEGER,
    PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS span_margin (
    business_date TEXT, client_id TEXT, amount INTEGER, PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exposure_margin (
    business_date TEXT, client_id TEXT, amount INTEGER, PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS margin (
    business_date TEXT, client_id TEXT, span INTEGER, exposure INTEGER, total INTEGER, collateral INTEGER,
    shortfall INTEGER, PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS var (
    business_date TEXT, client_id TEXT, exposure INTEGER, amount INTEGER,
    PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS client_exposure (
    business_date TEXT, client_id TEXT, gross INTEGER, limit_value INTEGER,
    PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS limit_breach (
    business_date TEXT, client_id TEXT, kind TEXT, allowed INTEGER, measured INTEGER,
    PRIMARY KEY (business_date, client_id, kind)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS security_obligation (
    business_date TEXT, client_id TEXT, symbol TEXT, quantity INTEGER,
    PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fund_obligation (
    business_date TEXT, client_id TEXT, symbol TEXT, amount INTEGER,
    PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exchange_obligation (
    business_date TEXT, symbol TEXT, net_quantity INTEGER, funds INTEGER,
    PRIMARY KEY (business_date, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS confirmation (
    business_date TEXT, client_id TEXT, demat_account TEXT, symbol TEXT, instructed INTEGER, confirmed INTEGER,
    PRIMARY KEY (business_date, client_id, symbol)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger (
    business_date TEXT, source TEXT, account TEXT, client_id TEXT, amount INTEGER,
    PRIMARY KEY (business_date, source, account, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payout (
    business_date TEXT, client_id TEXT, due INTEGER, withheld INTEGER, amount INTEGER,
    PRIMARY KEY (business_date, client_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS report (
    business_date TEXT, path TEXT, records INTEGER, control INTEGER, sha256 TEXT,
    PRIMARY KEY (business_date, path)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS closed_day (
    business_date TEXT PRIMARY KEY, trades INTEGER, turnover INTEGER, charges INTEGER) WITHOUT ROWID;
