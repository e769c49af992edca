-- Version 8. What a sale writes costs the processor less, and dead letters are counted by themselves.

-- The dead deliveries that wait for a person: not those that a person gave up, nor those that another delivery of the click replaces. They are counted
-- each minute, and of what is dead most may have been dealt with.
CREATE TABLE letter (
    seq INTEGER PRIMARY KEY
) STRICT;
INSERT INTO letter (seq) SELECT dead.seq FROM ended INDEXED BY ended_state CROSS JOIN delivery AS dead ON dead.seq = ended.seq WHERE state = 'dead'
    AND coalesce(iif(json_valid(last), json_extract(last, '$.row.finding'), ''), '') <> 'cancelled by a person'
    AND NOT EXISTS (SELECT 1 FROM of_click CROSS JOIN delivery AS other ON other.seq = of_click.seq
    WHERE of_click.click_key = dead.click_key AND kind = 3
    AND iif(json_valid(other.payload), json_extract(other.payload, '$.row.replaces.delivery'), '') = dead.id);
CREATE TRIGGER letter_gone AFTER DELETE ON ended WHEN old.state = 'dead' BEGIN
    DELETE FROM letter WHERE seq = old.seq;
END;

-- Events, conversions and deliveries are found by `id_key`, a number of sixty bits that an id begins with (`key.rs`). Two ids may share it, so the id is
-- compared too. The index of a number has less than half the bytes of an index of ids. The store looks for an id before it writes it.
-- The store itself writes the rows of `of_click` for what it adds: a trigger is a program of its own, for which SQLite keeps a copy of each page that the
-- statement touches. What is deleted or gets another click is still followed by triggers.
CREATE TABLE event_8 (
    seq INTEGER PRIMARY KEY,
    id_key INTEGER NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    outcome TEXT NOT NULL,
    receipt TEXT,
    parent TEXT,
    click TEXT,
    click_key INTEGER,
    received INTEGER NOT NULL,
    payload TEXT NOT NULL,
    private TEXT,
    top INTEGER
) STRICT;
INSERT INTO event_8 (seq, id_key, id, source, outcome, receipt, parent, click, click_key, received, payload, private, top)
    SELECT seq,
    (instr(digits, substr(id, 1, 1)) - 1 << 55) + (instr(digits, substr(id, 2, 1)) - 1 << 50) + (instr(digits, substr(id, 3, 1)) - 1 << 45) +
    (instr(digits, substr(id, 4, 1)) - 1 << 40) + (instr(digits, substr(id, 5, 1)) - 1 << 35) + (instr(digits, substr(id, 6, 1)) - 1 << 30) +
    (instr(digits, substr(id, 7, 1)) - 1 << 25) + (instr(digits, substr(id, 8, 1)) - 1 << 20) + (instr(digits, substr(id, 9, 1)) - 1 << 15) +
    (instr(digits, substr(id, 10, 1)) - 1 << 10) + (instr(digits, substr(id, 11, 1)) - 1 << 5) + (instr(digits, substr(id, 12, 1)) - 1 << 0),
    id, source, outcome, receipt, parent, click, click_key, received, payload, private, top FROM event, (SELECT '234567abcdefghijklmnopqrstuvwxyz' AS digits);
DROP TABLE event;
ALTER TABLE event_8 RENAME TO event;
CREATE INDEX event_id ON event (id_key);
CREATE INDEX event_class ON event (source, outcome);
CREATE INDEX event_receipt ON event (receipt) WHERE receipt IS NOT NULL;
CREATE INDEX event_waiting ON event (received, id) WHERE outcome = 'unattributed';
CREATE INDEX event_waiting_receipt ON event (source, receipt, id) WHERE outcome = 'unattributed' AND receipt IS NOT NULL;
CREATE INDEX event_waiting_parent ON event (source, parent, id) WHERE outcome = 'unattributed' AND parent IS NOT NULL;
CREATE INDEX event_late ON event (received) WHERE top IS NOT NULL;
CREATE INDEX event_late_private ON event (received) WHERE top IS NOT NULL AND private IS NOT NULL;
CREATE INDEX event_loose ON event (received) WHERE click IS NULL AND private IS NOT NULL;
CREATE TRIGGER event_moved AFTER UPDATE OF click_key ON event WHEN new.click_key IS NOT old.click_key BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 1 AND seq = old.seq;
    INSERT INTO of_click (click_key, kind, seq) SELECT new.click_key, 1, new.seq WHERE new.click_key IS NOT NULL;
END;
CREATE TRIGGER event_gone AFTER DELETE ON event WHEN old.click_key IS NOT NULL BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 1 AND seq = old.seq;
END;
CREATE TRIGGER event_last AFTER DELETE ON event BEGIN
    UPDATE mark SET seq = coalesce((SELECT max(seq) FROM event), 0)
        WHERE name = 'event' AND seq > coalesce((SELECT max(seq) FROM event), 0);
END;

CREATE TABLE conversion_8 (
    seq INTEGER PRIMARY KEY,
    id_key INTEGER NOT NULL,
    id TEXT NOT NULL,
    click TEXT NOT NULL,
    click_key INTEGER NOT NULL,
    receipt TEXT,
    payload TEXT NOT NULL
) STRICT;
INSERT INTO conversion_8 (seq, id_key, id, click, click_key, receipt, payload)
    SELECT seq,
    (instr(digits, substr(id, 1, 1)) - 1 << 55) + (instr(digits, substr(id, 2, 1)) - 1 << 50) + (instr(digits, substr(id, 3, 1)) - 1 << 45) +
    (instr(digits, substr(id, 4, 1)) - 1 << 40) + (instr(digits, substr(id, 5, 1)) - 1 << 35) + (instr(digits, substr(id, 6, 1)) - 1 << 30) +
    (instr(digits, substr(id, 7, 1)) - 1 << 25) + (instr(digits, substr(id, 8, 1)) - 1 << 20) + (instr(digits, substr(id, 9, 1)) - 1 << 15) +
    (instr(digits, substr(id, 10, 1)) - 1 << 10) + (instr(digits, substr(id, 11, 1)) - 1 << 5) + (instr(digits, substr(id, 12, 1)) - 1 << 0),
    id, click, click_key, receipt, payload FROM conversion, (SELECT '234567abcdefghijklmnopqrstuvwxyz' AS digits);
DROP TABLE conversion;
ALTER TABLE conversion_8 RENAME TO conversion;
CREATE INDEX conversion_id ON conversion (id_key);
CREATE INDEX conversion_receipt ON conversion (receipt) WHERE receipt IS NOT NULL;
CREATE TRIGGER conversion_moved AFTER UPDATE OF click_key ON conversion WHEN new.click_key <> old.click_key BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 2 AND seq = old.seq;
    INSERT INTO of_click (click_key, kind, seq) VALUES (new.click_key, 2, new.seq);
END;
CREATE TRIGGER conversion_gone AFTER DELETE ON conversion BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 2 AND seq = old.seq;
END;

CREATE TABLE delivery_8 (
    seq INTEGER PRIMARY KEY,
    id_key INTEGER NOT NULL,
    id TEXT NOT NULL,
    lane TEXT NOT NULL,
    conversion TEXT,
    click TEXT,
    click_key INTEGER,
    created INTEGER NOT NULL,
    payload TEXT NOT NULL,
    private TEXT,
    top INTEGER
) STRICT;
INSERT INTO delivery_8 (seq, id_key, id, lane, conversion, click, click_key, created, payload, private, top)
    SELECT seq,
    (instr(digits, substr(id, 1, 1)) - 1 << 55) + (instr(digits, substr(id, 2, 1)) - 1 << 50) + (instr(digits, substr(id, 3, 1)) - 1 << 45) +
    (instr(digits, substr(id, 4, 1)) - 1 << 40) + (instr(digits, substr(id, 5, 1)) - 1 << 35) + (instr(digits, substr(id, 6, 1)) - 1 << 30) +
    (instr(digits, substr(id, 7, 1)) - 1 << 25) + (instr(digits, substr(id, 8, 1)) - 1 << 20) + (instr(digits, substr(id, 9, 1)) - 1 << 15) +
    (instr(digits, substr(id, 10, 1)) - 1 << 10) + (instr(digits, substr(id, 11, 1)) - 1 << 5) + (instr(digits, substr(id, 12, 1)) - 1 << 0),
    id, lane, conversion, click, click_key, created, payload, private, top FROM delivery, (SELECT '234567abcdefghijklmnopqrstuvwxyz' AS digits);
DROP TABLE delivery;
ALTER TABLE delivery_8 RENAME TO delivery;
CREATE INDEX delivery_id ON delivery (id_key);
CREATE INDEX delivery_late_private ON delivery (created) WHERE top IS NOT NULL AND private IS NOT NULL;
CREATE TRIGGER delivery_gone AFTER DELETE ON delivery BEGIN
    DELETE FROM of_click WHERE click_key = old.click_key AND kind = 3 AND seq = old.seq;
    DELETE FROM queue WHERE seq = old.seq;
    DELETE FROM ended WHERE seq = old.seq;
END;
CREATE TRIGGER delivery_last AFTER DELETE ON delivery BEGIN
    UPDATE mark SET seq = coalesce((SELECT max(seq) FROM delivery), 0)
        WHERE name = 'delivery' AND seq > coalesce((SELECT max(seq) FROM delivery), 0);
END;
DROP TRIGGER tally_made;

-- A claim takes the earliest of each lane, so one index serves all claims.
DROP INDEX queue_ready;

-- The refused bodies of a source that are too old.
CREATE INDEX refused_source_received ON refused (source, received);
