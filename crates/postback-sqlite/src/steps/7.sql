-- Version 7. A sale touches few trees, and what changes often is narrow.

-- What belongs to a click stands side by side, by the click's key (`key.rs`), which two clicks may share: its guard (`kind` 0 and `seq` 0, with the
-- version), its events (1), its conversions (2), its deliveries (3) and its tallies (4), each by the number of its row. Triggers keep it true.
CREATE TABLE of_click (
    click_key INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    version INTEGER,
    PRIMARY KEY (click_key, kind, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO of_click (click_key, kind, seq, version) SELECT click_key, 0, 0, version FROM guard ORDER BY click_key;
INSERT INTO of_click (click_key, kind, seq) SELECT click_key, 1, seq FROM event INDEXED BY event_click
    WHERE click_key IS NOT NULL ORDER BY click_key, seq;
INSERT INTO of_click (click_key, kind, seq) SELECT click_key, 2, seq FROM conversion INDEXED BY conversion_click ORDER BY click_key, seq;
INSERT INTO of_click (click_key, kind, seq) SELECT click_key, 3, seq FROM delivery INDEXED BY delivery_click
    WHERE click_key IS NOT NULL ORDER BY click_key, seq;
DROP TABLE guard;
DROP INDEX event_click;
DROP INDEX conversion_click;
CREATE TRIGGER event_made AFTER INSERT ON event WHEN new.click_key IS NOT NULL BEGIN
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 1, new.seq);
END;
CREATE TRIGGER event_moved AFTER UPDATE OF click_key ON event WHEN new.click_key IS NOT old.click_key BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 1 AND seq = old.seq;
    INSERT INTO of_click (click_key, kind, seq) SELECT new.click_key, 1, new.seq WHERE new.click_key IS NOT NULL;
END;
CREATE TRIGGER event_gone AFTER DELETE ON event WHEN old.click_key IS NOT NULL BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 1 AND seq = old.seq;
END;
CREATE TRIGGER conversion_made AFTER INSERT ON conversion BEGIN
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 2, new.seq);
END;
CREATE TRIGGER conversion_moved AFTER UPDATE OF click_key ON conversion WHEN new.click_key <> old.click_key BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 2 AND seq = old.seq;
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 2, new.seq);
END;
CREATE TRIGGER conversion_gone AFTER DELETE ON conversion BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 2 AND seq = old.seq;
END;

-- A tally is found by its click. What there is is moved by `steps.rs`, which knows the clicks' keys.
ALTER TABLE tally RENAME TO tally_6;
CREATE TABLE tally (
    seq INTEGER PRIMARY KEY,
    click TEXT NOT NULL,
    click_key INTEGER NOT NULL,
    key TEXT NOT NULL,
    payload TEXT NOT NULL
) STRICT;
CREATE TRIGGER tally_made AFTER INSERT ON tally BEGIN
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 4, new.seq);
END;
CREATE TRIGGER tally_gone AFTER DELETE ON tally BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 4 AND seq = old.seq;
END;

-- What is still to be done of a delivery. `ready` is when a worker may take it: `due`, or the end of the lease.
CREATE TABLE queue (
    seq INTEGER PRIMARY KEY,
    lane TEXT NOT NULL,
    ready INTEGER NOT NULL,
    due INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    leased INTEGER NOT NULL DEFAULT 0,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    checks INTEGER NOT NULL DEFAULT 0,
    held INTEGER NOT NULL DEFAULT 0,
    receipt TEXT,
    most INTEGER,
    last TEXT
) STRICT;
-- How a delivery ended. `at` is when; of one that ended before this version it may be wrong by a second, and `last` tells it exactly.
CREATE TABLE ended (
    seq INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    due INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    checks INTEGER NOT NULL,
    receipt TEXT,
    most INTEGER,
    last TEXT
) STRICT;
INSERT INTO queue (seq, lane, ready, due, state, leased, fence, attempts, checks, held, receipt, most, last)
    SELECT seq, lane, ready, due, state, leased, fence, attempts, checks, held, receipt, most, last FROM delivery WHERE ready IS NOT NULL;
INSERT INTO ended (seq, state, at, due, fence, attempts, checks, receipt, most, last)
    SELECT seq, state, coalesce(iif(json_valid(last), unixepoch(json_extract(last, '$.row.at')), NULL) * 1000000, due), due, fence, attempts,
    checks, receipt, most, last FROM delivery WHERE ready IS NULL;
CREATE TABLE delivery_7 (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    lane TEXT NOT NULL,
    conversion TEXT,
    click TEXT,
    click_key INTEGER,
    created INTEGER NOT NULL,
    payload TEXT NOT NULL,
    private TEXT,
    top INTEGER
) STRICT;
INSERT INTO delivery_7 (seq, id, lane, conversion, click, click_key, created, payload, private)
    SELECT seq, id, lane, conversion, click, click_key, created, payload, private FROM delivery;
DROP TABLE delivery;
ALTER TABLE delivery_7 RENAME TO delivery;
CREATE INDEX queue_ready ON queue (ready);
CREATE INDEX queue_lane_ready ON queue (lane, ready);
CREATE INDEX queue_held ON queue (lane) WHERE held = 1;
CREATE INDEX queue_accepted ON queue (state) WHERE state = 'accepted';
CREATE INDEX ended_state ON ended (state);
CREATE INDEX ended_at ON ended (at);
CREATE TRIGGER delivery_made AFTER INSERT ON delivery WHEN new.click_key IS NOT NULL BEGIN
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 3, new.seq);
END;
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 3 AND seq = old.seq;
    DELETE FROM queue WHERE seq = old.seq;
    DELETE FROM ended WHERE seq = old.seq;
END;
CREATE TRIGGER delivery_ended AFTER INSERT ON ended BEGIN
    DELETE FROM queue WHERE seq = new.seq;
END;

-- Rows are written in the order of their times, nearly: a click that a journal kept comes later. `top` is the latest time of the rows before, where it is
-- later than the row's own; such a row is late. So the times of all others grow with their numbers, and need no index. Of them, no row up to `mark` has
-- personal values. A number that is given out again must not lie below the mark, so the mark goes back with the last row.
ALTER TABLE click ADD COLUMN top INTEGER;
ALTER TABLE event ADD COLUMN top INTEGER;
CREATE TABLE mark (
    name TEXT PRIMARY KEY,
    seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO mark (name, seq) VALUES
    ('click', coalesce((SELECT min(seq) - 1 FROM click WHERE private IS NOT NULL), (SELECT max(seq) FROM click), 0)),
    ('event', coalesce((SELECT min(seq) - 1 FROM event WHERE private IS NOT NULL), (SELECT max(seq) FROM event), 0)),
    ('delivery', coalesce((SELECT min(seq) - 1 FROM delivery WHERE private IS NOT NULL), (SELECT max(seq) FROM delivery), 0));
UPDATE click SET top = before.top FROM (SELECT seq, max(at) OVER (ORDER BY seq) AS top FROM click) AS before
    WHERE before.seq = click.seq AND before.top > at;
UPDATE event SET top = before.top FROM (SELECT seq, max(received) OVER (ORDER BY seq) AS top FROM event) AS before
    WHERE before.seq = event.seq AND before.top > received;
UPDATE delivery SET top = before.top FROM (SELECT seq, max(created) OVER (ORDER BY seq) AS top FROM delivery) AS before
    WHERE before.seq = delivery.seq AND before.top > created;
DROP INDEX click_at;
DROP INDEX click_private;
DROP INDEX event_received;
DROP INDEX event_private;
CREATE INDEX click_late ON click (at) WHERE top IS NOT NULL;
CREATE INDEX click_late_private ON click (at) WHERE top IS NOT NULL AND private IS NOT NULL;
CREATE INDEX event_late ON event (received) WHERE top IS NOT NULL;
CREATE INDEX event_late_private ON event (received) WHERE top IS NOT NULL AND private IS NOT NULL;
CREATE INDEX event_loose ON event (received) WHERE click IS NULL AND private IS NOT NULL;
CREATE INDEX delivery_late_private ON delivery (created) WHERE top IS NOT NULL AND private IS NOT NULL;
CREATE TRIGGER click_last AFTER DELETE ON click BEGIN
    UPDATE mark SET seq = coalesce((SELECT max(seq) FROM click), 0)
        WHERE name = 'click' AND seq > coalesce((SELECT max(seq) FROM click), 0);
END;
CREATE TRIGGER event_last AFTER DELETE ON event BEGIN
    UPDATE mark SET seq = coalesce((SELECT max(seq) FROM event), 0)
        WHERE name = 'event' AND seq > coalesce((SELECT max(seq) FROM event), 0);
END;
CREATE TRIGGER delivery_last AFTER DELETE ON delivery BEGIN
    UPDATE mark SET seq = coalesce((SELECT max(seq) FROM delivery), 0)
        WHERE name = 'delivery' AND seq > coalesce((SELECT max(seq) FROM delivery), 0);
END;
