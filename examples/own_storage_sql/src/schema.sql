-- A table for each kind of row. The core makes the columns: those by which a row is found, a payload (JSON
-- with a version; only the count of dead letters looks into it) and the personal values, which are emptied by themselves. The store
-- adds what is its own: the order of writing (seq), versions, and where a delivery stands.
-- Times are whole microseconds since 1970, so that they sort.
CREATE TABLE guard (key TEXT PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE click (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, at INTEGER, payload TEXT, private TEXT);
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, source TEXT, outcome TEXT, receipt TEXT, parent TEXT, click TEXT,
    received INTEGER, payload TEXT, private TEXT
);
CREATE TABLE conversion (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, click TEXT, receipt TEXT, payload TEXT);
CREATE TABLE tally (click TEXT, key TEXT, payload TEXT, PRIMARY KEY (click, key));
CREATE TABLE receipt (source TEXT, receipt TEXT, payload TEXT, PRIMARY KEY (source, receipt));
CREATE TABLE configuration (fingerprint TEXT PRIMARY KEY, document TEXT);
CREATE TABLE refused (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, source TEXT, interface TEXT, ring TEXT, reason TEXT, parameter TEXT,
    click TEXT, at TEXT, received INTEGER, body BLOB
);
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, lane TEXT, conversion TEXT, click TEXT, created INTEGER, due INTEGER,
    payload TEXT, private TEXT,
    state TEXT NOT NULL DEFAULT 'queued', attempts INTEGER NOT NULL DEFAULT 0, checks INTEGER NOT NULL DEFAULT 0,
    last TEXT, receipt TEXT, most INTEGER, held INTEGER NOT NULL DEFAULT 0, -- what the last verdict said
    fence INTEGER NOT NULL DEFAULT 0, lease INTEGER, -- who may write the next one, and until when
    ready INTEGER AS (iif(state IN ('queued', 'accepted'), coalesce(lease, due), NULL))
);
CREATE TABLE hold (lane TEXT PRIMARY KEY, until INTEGER, why TEXT);

-- Every list and every claim walks an index.
CREATE INDEX click_at ON click (at);
CREATE INDEX event_waiting ON event (source, receipt) WHERE outcome = 'unattributed';
CREATE INDEX event_parent ON event (source, parent) WHERE outcome = 'unattributed';
CREATE INDEX event_since ON event (received, id) WHERE outcome = 'unattributed';
CREATE INDEX event_received ON event (received);
CREATE INDEX event_click ON event (click);
CREATE INDEX conversion_click ON conversion (click);
CREATE INDEX delivery_ready ON delivery (ready) WHERE ready IS NOT NULL;
CREATE INDEX delivery_click ON delivery (click);
