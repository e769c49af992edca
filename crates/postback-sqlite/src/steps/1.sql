-- Version 1. Times are microseconds since 1970, rounded up where something is due. Personal values are in the columns `private` alone.
-- Rows are large beside their keys, so most tables keep their rowid (`seq`, the order of first writing) and find rows through an index.
-- Each index is paid for by every sale: `click_key` is a number that stands for the click in indexes, and nearly names it (`key.rs`).

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The guards of clicks.
CREATE TABLE guard (
    click_key INTEGER PRIMARY KEY,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE click (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL,
    private TEXT
) STRICT;
CREATE INDEX click_private ON click (at) WHERE private IS NOT NULL;

CREATE TABLE event (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    receipt TEXT,
    parent TEXT,
    click TEXT,
    click_key INTEGER,
    received INTEGER NOT NULL,
    payload TEXT NOT NULL,
    private TEXT
) STRICT;
CREATE INDEX event_class ON event (source, outcome);
CREATE INDEX event_receipt ON event (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX event_click ON event (click_key) WHERE click_key IS NOT NULL;
CREATE INDEX event_waiting ON event (id) WHERE outcome = 'unattributed';
CREATE INDEX event_waiting_receipt ON event (source, receipt, id) WHERE outcome = 'unattributed' AND receipt IS NOT NULL;
CREATE INDEX event_waiting_parent ON event (source, parent, id) WHERE outcome = 'unattributed' AND parent IS NOT NULL;
CREATE INDEX event_private ON event (received) WHERE private IS NOT NULL;

CREATE TABLE conversion (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    click TEXT NOT NULL,
    click_key INTEGER NOT NULL,
    receipt TEXT,
    payload TEXT NOT NULL
) STRICT;
CREATE INDEX conversion_click ON conversion (click_key);
CREATE INDEX conversion_receipt ON conversion (receipt) WHERE receipt IS NOT NULL;

CREATE TABLE slot (
    click TEXT NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (click, key)
) STRICT;

-- `version` is that of the guard, which may be raised before anything is known of the receipt.
CREATE TABLE receipt (
    source TEXT NOT NULL,
    receipt TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0,
    payload TEXT,
    PRIMARY KEY (source, receipt)
) STRICT, WITHOUT ROWID;

CREATE TABLE configuration (
    fingerprint TEXT PRIMARY KEY,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE refused (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    ring TEXT NOT NULL,
    at TEXT NOT NULL,
    received INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE INDEX refused_source ON refused (source);
CREATE INDEX refused_ring ON refused (source, ring);
CREATE INDEX refused_received ON refused (received);

-- `ready` is when a worker may take it: `due`, or the end of the lease.
CREATE TABLE delivery (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    conversion TEXT NOT NULL,
    click TEXT NOT NULL,
    click_key INTEGER NOT NULL,
    created INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    due INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    leased INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    payload TEXT NOT NULL,
    private TEXT,
    last TEXT
) STRICT;
CREATE INDEX delivery_ready ON delivery (ready) WHERE state = 'queued';
CREATE INDEX delivery_lane_ready ON delivery (lane, ready) WHERE state = 'queued';
CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_click ON delivery (click_key);
CREATE INDEX delivery_created ON delivery (created) WHERE state <> 'queued';
CREATE INDEX delivery_private ON delivery (created) WHERE private IS NOT NULL;
