-- Version 2. A delivery may hang on no conversion and no click. It may be accepted under a receipt that is to be checked, its requests may be kept
-- smaller than the receiver's limit (`most`), and its lane may stand still (`hold`).
-- `ready` is when a worker may take it: `due`, or the end of the lease; nothing where there is nothing left to do.
CREATE TABLE delivery_2 (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    conversion TEXT,
    click TEXT,
    click_key INTEGER,
    created INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    due INTEGER NOT NULL,
    ready INTEGER,
    leased INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    receipt TEXT,
    most INTEGER,
    payload TEXT NOT NULL,
    private TEXT,
    last TEXT
) STRICT;
INSERT INTO delivery_2 (seq, id, lane, conversion, click, click_key, created, state, due, ready, leased, fence, attempts, payload, private, last)
    SELECT seq, id, lane, conversion, click, click_key, created, state, due, iif(state = 'queued', ready, NULL), leased, fence, attempts, payload,
    private, last FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_2 RENAME TO delivery;
CREATE INDEX delivery_ready ON delivery (ready) WHERE ready IS NOT NULL;
CREATE INDEX delivery_lane_ready ON delivery (lane, ready) WHERE ready IS NOT NULL;
CREATE INDEX delivery_state ON delivery (state);
CREATE INDEX delivery_click ON delivery (click_key) WHERE click_key IS NOT NULL;
CREATE INDEX delivery_created ON delivery (created) WHERE ready IS NULL;
CREATE INDEX delivery_private ON delivery (created) WHERE private IS NOT NULL;

-- What counts is `applied`, as it is answered.
UPDATE event SET outcome = 'applied' WHERE outcome = 'counted';

-- The lanes that stand still, until when and why.
CREATE TABLE hold (
    lane TEXT PRIMARY KEY,
    until INTEGER NOT NULL,
    why TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_until ON hold (until);

-- What events of a click that fall together came to; a slot is a place of a click URL.
ALTER TABLE slot RENAME TO tally;
