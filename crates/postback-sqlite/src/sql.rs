//! All fixed statements, so that a test can ask SQLite how it would run each of them. The index is
//! named where SQLite would otherwise sort instead of using a partial index. What decisions and
//! lists read of a click is read by a join: what `IN` selects would be put into a table of its own,
//! which costs 15,000 instructions.

macro_rules! statements {
    ($($(#[$meta:meta])* $name:ident = $text:literal;)+) => {
        $($(#[$meta])* pub(crate) const $name: &str = $text;)+

        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

statements! {
    CLICK_VERSION = "SELECT version FROM of_click WHERE click_key = ?1 AND kind = 0 AND seq = 0";
    /// Runs when a click was recorded.
    TOUCH_CLICK = "INSERT INTO of_click (click_key, kind, seq, version) VALUES (?1, 0, 0, 1) \
        ON CONFLICT (click_key, kind, seq) DO UPDATE SET version = version + 1";
    /// These statements change a row only if it still has the version that was read: 0, or another
    /// one.
    GUARD_CLICK = "INSERT INTO of_click (click_key, kind, seq, version) VALUES (?1, 0, 0, ?2 + 1) \
        ON CONFLICT (click_key, kind, seq) DO UPDATE SET version = ?2 + 1 WHERE version = ?2";
    RAISE_CLICK = "UPDATE of_click SET version = ?2 + 1 \
        WHERE click_key = ?1 AND kind = 0 AND seq = 0 AND version = ?2";
    LOWER_CLICK = "UPDATE of_click SET version = ?2 WHERE click_key = ?1 AND kind = 0 AND seq = 0";
    /// Adds a row to what belongs to a click.
    BELONG = "INSERT INTO of_click (click_key, kind, seq) VALUES (?1, ?2, ?3)";
    GUARD_RECEIPT = "INSERT INTO receipt (source, receipt, version) VALUES (?1, ?2, ?3 + 1) \
        ON CONFLICT (source, receipt) DO UPDATE SET version = ?3 + 1 WHERE version = ?3";
    RAISE_RECEIPT = "UPDATE receipt SET version = ?3 + 1 WHERE source = ?1 AND receipt = ?2 AND version = ?3";
    LOWER_RECEIPT = "UPDATE receipt SET version = ?3 WHERE source = ?1 AND receipt = ?2";

    CLICK = "SELECT payload, private FROM click WHERE id = ?1";
    RECORD = "INSERT INTO click (id, at, payload, private, top) VALUES (?1, ?2, ?3, ?4, \
        (SELECT nullif(max(?2, coalesce(top, at)), ?2) FROM click WHERE seq > 0 ORDER BY seq DESC LIMIT 1)) \
        ON CONFLICT (id) DO NOTHING";

    OUTCOME = "SELECT outcome FROM event WHERE id_key = ?2 AND id = ?1";
    WAITING_OF_RECEIPT = "SELECT id, payload, private FROM event INDEXED BY event_waiting_receipt \
        WHERE outcome = 'unattributed' AND source = ?1 AND receipt = ?2 ORDER BY id LIMIT ?3";
    WAITING_FOR_PARENT = "SELECT id, payload, private FROM event INDEXED BY event_waiting_parent \
        WHERE outcome = 'unattributed' AND source = ?1 AND parent = ?2 ORDER BY id LIMIT ?3";
    WAITING = "SELECT payload, private, received, id FROM event INDEXED BY event_waiting \
        WHERE outcome = 'unattributed' AND received >= ?1 AND (received > ?1 OR id > ?2) ORDER BY received, id LIMIT ?3";
    /// Only rows whose receipt or event id is asked for are decoded.
    TOLD = "SELECT receipt, json_extract(payload, '$.row.event.event_id'), payload, private \
        FROM of_click CROSS JOIN event \
        ON event.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 1 AND click = ?1";
    FIND_EVENT = "SELECT seq FROM event WHERE id_key = ?2 AND id = ?1";
    WRITE_EVENT = "INSERT INTO event \
        (id, id_key, source, outcome, receipt, parent, click, click_key, received, payload, private, top) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, \
        (SELECT nullif(max(?9, coalesce(top, received)), ?9) FROM event WHERE seq > 0 ORDER BY seq DESC LIMIT 1))";
    /// What is written again with another time, or gets personal values, is late.
    REWRITE_EVENT = "UPDATE event SET source = ?3, outcome = ?4, receipt = ?5, parent = ?6, click = ?7, \
        click_key = ?8, received = ?9, payload = ?10, private = ?11, \
        top = iif(received = ?9 AND (?11 IS NULL OR private IS NOT NULL), top, max(coalesce(top, received), ?9)) \
        WHERE seq = ?12";
    /// Two seeks find the next combination of source and outcome that events have: the next outcome
    /// of the source, or else the first one of the next source. One seek for both would be a walk.
    NEXT_OUTCOME = "SELECT source, outcome FROM event INDEXED BY event_class \
        WHERE source = ?1 AND outcome > ?2 ORDER BY outcome LIMIT 1";
    NEXT_SOURCE = "SELECT source, outcome FROM event INDEXED BY event_class \
        WHERE source > ?1 ORDER BY source, outcome LIMIT 1";
    OF_CLASS = "SELECT seq FROM event WHERE source = ?1 AND outcome = ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4";
    EVENT_ROW = "SELECT payload, private FROM event WHERE id_key = ?2 AND id = ?1";
    EVENT = "SELECT seq, payload FROM event WHERE seq = ?1";

    FIND_CONVERSION = "SELECT seq FROM conversion WHERE id_key = ?2 AND id = ?1";
    WRITE_CONVERSION = "INSERT INTO conversion (id, id_key, click, click_key, receipt, payload) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    REWRITE_CONVERSION = "UPDATE conversion SET click = ?3, click_key = ?4, receipt = ?5, payload = ?6 \
        WHERE seq = ?7";
    CONVERSION = "SELECT payload FROM conversion WHERE id_key = ?2 AND id = ?1";

    TALLIES = "SELECT key, payload FROM of_click CROSS JOIN tally \
        ON tally.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 4 AND click = ?1";
    FIND_TALLY = "SELECT tally.seq FROM of_click CROSS JOIN tally ON tally.seq = of_click.seq \
        WHERE of_click.click_key = ?2 AND kind = 4 AND click = ?1 AND key = ?3";
    WRITE_TALLY = "INSERT INTO tally (click, click_key, key, payload) VALUES (?1, ?2, ?3, ?4)";
    REWRITE_TALLY = "UPDATE tally SET payload = ?4 WHERE seq = ?5";

    RECEIPT = "SELECT payload, version FROM receipt WHERE source = ?1 AND receipt = ?2";
    WRITE_RECEIPT = "INSERT INTO receipt (source, receipt, payload) VALUES (?1, ?2, ?3) \
        ON CONFLICT (source, receipt) DO UPDATE SET payload = ?3";

    CONFIGURATION = "SELECT document FROM configuration WHERE fingerprint = ?1";
    /// The newest row is the one that was written last. A document that is stored stays as it is.
    WRITE_CONFIGURATION = "INSERT OR REPLACE INTO configuration (fingerprint, document) \
        VALUES (?1, coalesce((SELECT document FROM configuration WHERE fingerprint = ?1), ?2))";
    LAST_CONFIGURATION = "SELECT fingerprint, document FROM configuration \
        WHERE rowid = (SELECT max(rowid) FROM configuration)";

    WRITE_REFUSED = "INSERT INTO refused (id, source, interface, ring, reason, parameter, click, at, received, body) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
    /// Deletes the oldest row of a ring that holds more than it may. A row counts as much as
    /// `RefusedBound` says.
    TRIM_REFUSED = "DELETE FROM refused WHERE seq = \
        (SELECT min(seq) FROM refused WHERE source = ?1 AND interface = ?2 AND ring = ?3) \
        AND EXISTS (SELECT 1 FROM refused_held WHERE source = ?1 AND interface = ?2 AND ring = ?3 \
        AND bodies > 1 AND (bodies > ?4 OR bytes + bodies * 200 > ?5))";
    COUNT_REFUSED = "SELECT bodies, bytes, \
        (SELECT max(seq) FROM refused WHERE source = ?1 AND interface = ?2 AND ring = ?3) \
        FROM refused_held WHERE source = ?1 AND interface = ?2 AND ring = ?3";
    REFUSED = "SELECT seq, id, source, interface, ring, reason, parameter, click, at FROM refused WHERE seq = ?1";
    REFUSED_BODY = "SELECT seq, id, source, interface, ring, reason, parameter, click, at, body FROM refused \
        WHERE id = ?1";

    FIND_DELIVERY = "SELECT seq FROM delivery WHERE id_key = ?2 AND id = ?1";
    ENQUEUE = "INSERT INTO delivery (id, id_key, lane, conversion, click, click_key, created, payload, private, top) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?9, ?10, \
        (SELECT nullif(max(?7, coalesce(top, created)), ?7) FROM delivery WHERE seq > 0 ORDER BY seq DESC LIMIT 1))";
    /// Runs where the delivery was not known. The row of the delivery itself never changes again,
    /// but for its personal values.
    QUEUE = "INSERT INTO queue (seq, lane, ready, due) VALUES (?1, ?2, ?3, ?3)";
    READY_IN_LANE = "SELECT ready, seq FROM queue INDEXED BY queue_lane_ready \
        WHERE lane = ?2 AND ready <= ?3 ORDER BY ready, seq LIMIT ?1";
    /// Finds the next lane that has something to do.
    NEXT_LANE = "SELECT lane FROM queue INDEXED BY queue_lane_ready WHERE lane >= ?1 ORDER BY lane LIMIT 1";
    /// Counts so many at most, the earliest first.
    WAITING_IN_LANE = "SELECT count(*), min(ready) FROM \
        (SELECT ready FROM queue INDEXED BY queue_lane_ready WHERE lane = ?1 ORDER BY ready LIMIT ?2)";
    LEASE = "UPDATE queue SET fence = fence + 1, ready = ?2, leased = 1, held = 0 WHERE seq = ?1 \
        RETURNING fence, attempts, receipt, most, checks";
    LEASED = "SELECT payload, private FROM delivery WHERE seq = ?1";
    /// How far a delivery has come: one of these is empty.
    PROGRESS = "SELECT state, leased, fence, attempts, held, most IS NOT NULL, last FROM queue WHERE seq = ?1";
    PROGRESS_ENDED = "SELECT state, 0, fence, attempts, 0, 0, last FROM ended WHERE seq = ?1";
    /// What ad platforms are told of a click. The text is only a first sieve.
    REPORTED = "SELECT delivery.seq, payload, private FROM of_click CROSS JOIN delivery \
        ON delivery.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 3 AND click = ?1 \
        AND instr(payload, '\"conversion_api\"') > 0";
    /// An attempt is counted as what it was: with a receipt it was a check.
    SETTLE = "UPDATE queue SET state = coalesce(?3, state), due = coalesce(?4, due), ready = coalesce(?4, due), \
        attempts = attempts + iif(receipt IS NULL, ?8, 0), \
        checks = iif(?3 = 'queued', 0, checks + iif(receipt IS NULL, 0, ?8)), \
        receipt = iif(?9, receipt, ?6), most = coalesce(?7, most), leased = 0, held = ?10, last = ?5 \
        WHERE seq = ?1 AND fence = ?2 AND leased = 1";
    /// The same for a verdict after which nothing is left to do. It leaves the queue by a trigger.
    END = "INSERT INTO ended (seq, state, at, due, fence, attempts, checks, receipt, most, last) \
        SELECT seq, ?3, ?11, coalesce(?4, due), fence, attempts + iif(receipt IS NULL, ?8, 0), \
        checks + iif(receipt IS NULL, 0, ?8), iif(?9, receipt, ?6), coalesce(?7, most), ?5 FROM queue \
        WHERE seq = ?1 AND fence = ?2 AND leased = 1";
    HOLDS = "SELECT lane, until, why FROM hold WHERE until > ?1";
    HOLD = "INSERT INTO hold (lane, until, why) SELECT lane, ?2, ?3 FROM delivery WHERE seq = ?1 \
        ON CONFLICT (lane) DO UPDATE SET until = max(until, ?2), why = ?3";
    LIFT = "DELETE FROM hold WHERE until <= ?1";
    LIFT_LANE = "DELETE FROM hold WHERE lane = ?1 RETURNING until";
    /// A delivery that put its lane on hold waits until the hold ends.
    RELEASE = "UPDATE queue SET due = min(due, ?1), ready = min(ready, ?1), held = 0 WHERE seq IN \
        (SELECT seq FROM queue INDEXED BY queue_held WHERE held = 1 AND lane >= '' LIMIT ?2)";
    RELEASE_LANE = "UPDATE queue SET due = min(due, ?1), ready = min(ready, ?1), held = 0 WHERE seq IN \
        (SELECT seq FROM queue INDEXED BY queue_held WHERE held = 1 AND lane = ?3 LIMIT ?2)";
    /// The next dead deliveries, and whether each is one of those that are meant.
    DEAD = "SELECT seq, 1 FROM ended INDEXED BY ended_state WHERE state = 'dead' AND seq > ?1 ORDER BY seq LIMIT ?2";
    DEAD_IN_LANE = "SELECT ended.seq, lane = ?3 FROM ended INDEXED BY ended_state \
        CROSS JOIN delivery ON delivery.seq = ended.seq \
        WHERE state = 'dead' AND ended.seq > ?1 ORDER BY ended.seq LIMIT ?2";
    DEAD_ONE = "SELECT seq, 1 FROM ended WHERE state = 'dead' AND seq > ?1 AND seq = ?3 LIMIT ?2";
    /// A delivery with a receipt is checked, and not sent again.
    REQUEUE = "INSERT INTO queue (seq, lane, ready, due, state, fence, receipt, most) \
        SELECT ended.seq, lane, ?2, ?2, iif(receipt IS NULL, 'queued', 'accepted'), fence, receipt, most \
        FROM ended CROSS JOIN delivery ON delivery.seq = ended.seq WHERE ended.seq = ?1";
    DROP_ENDED = "DELETE FROM ended WHERE seq = ?1";

    /// An open delivery is given up if nobody holds a running lease on it: `ready` is when a lease
    /// ends.
    CANCEL = "INSERT INTO ended (seq, state, at, due, fence, attempts, checks, receipt, most, last) \
        SELECT seq, 'dead', ?3, due, fence, attempts, checks, receipt, most, ?2 FROM queue \
        WHERE seq = ?1 AND (leased = 0 OR ready <= ?3)";
    /// A dead one is given up too, unless a person did so before: then its finding is ?4. What was
    /// withdrawn has a finding that begins with ?5.
    CANCEL_DEAD = "UPDATE ended SET at = ?3, last = ?2 WHERE seq = ?1 \
        AND state = 'dead' AND coalesce(iif(json_valid(last), json_extract(last, '$.row.finding'), ''), '') <> ?4 \
        AND instr(coalesce(iif(json_valid(last), json_extract(last, '$.row.finding'), ''), ''), ?5) <> 1";
    IS_OPEN = "SELECT 1 FROM queue WHERE seq = ?1";
    /// What was just found to be unsent is withdrawn, whoever might hold a lease that ended.
    WITHDRAW = "INSERT INTO ended (seq, state, at, due, fence, attempts, checks, receipt, most, last) \
        SELECT seq, 'dead', ?3, due, fence, attempts, checks, receipt, most, ?2 FROM queue WHERE seq = ?1";
    /// What was given up waits for a person, unless another delivery of the click replaces it.
    WRITE_LETTER = "INSERT INTO letter (seq) SELECT dead.seq FROM delivery AS dead WHERE seq = ?1 \
        AND NOT EXISTS (SELECT 1 FROM of_click CROSS JOIN delivery AS other ON other.seq = of_click.seq \
        WHERE of_click.click_key = dead.click_key AND kind = 3 \
        AND iif(json_valid(other.payload), json_extract(other.payload, '$.row.replaces.delivery'), '') = dead.id)";
    /// A person has dealt with it.
    DROP_LETTER = "DELETE FROM letter WHERE seq = ?1";
    /// The delivery ?1 goes out in place of ?2, of the same click.
    DROP_REPLACED = "DELETE FROM letter WHERE seq = (SELECT seq FROM delivery WHERE id_key = ?3 AND id = ?2 \
        AND click_key = (SELECT click_key FROM delivery WHERE seq = ?1))";
    LETTERS = "SELECT count(*) FROM letter";
    FIRST_LETTER = "SELECT created FROM delivery WHERE seq = (SELECT min(seq) FROM letter)";
    IS_LETTER = "SELECT 1 FROM letter WHERE seq = ?1";

    /// The body from an older version of the interface is a plain form with personal values.
    FORGET_REFUSED = "DELETE FROM refused WHERE seq IN (SELECT seq FROM refused WHERE received < ?1 LIMIT ?2)";
    FORGET_REFUSED_OF = "DELETE FROM refused WHERE seq IN \
        (SELECT seq FROM refused WHERE source = ?3 AND received < ?1 LIMIT ?2)";
    DROP_REFUSED = "DELETE FROM refused WHERE id = ?1";
    /// The rows behind a mark that are not late, with their times and whether there is something to
    /// forget.
    CLICKS_BEHIND = "SELECT seq, at, private IS NOT NULL FROM click WHERE seq > ?1 AND top IS NULL ORDER BY seq LIMIT ?2";
    EVENTS_BEHIND = "SELECT seq, received, private IS NOT NULL FROM event \
        WHERE seq > ?1 AND top IS NULL ORDER BY seq LIMIT ?2";
    DELIVERIES_BEHIND = "SELECT seq, created, private IS NOT NULL FROM delivery \
        WHERE seq > ?1 AND top IS NULL ORDER BY seq LIMIT ?2";
    MARK = "SELECT seq FROM mark WHERE name = ?1";
    SET_MARK = "UPDATE mark SET seq = ?2 WHERE name = ?1";
    FORGET_CLICK = "UPDATE click SET private = NULL WHERE seq = ?1";
    FORGET_EVENT = "UPDATE event SET private = NULL WHERE seq = ?1";
    /// What is still to be sent keeps its values, and the mark goes on: from now on it is late.
    KEEP_OPEN = "UPDATE delivery SET top = created WHERE seq = ?1 AND EXISTS (SELECT 1 FROM queue WHERE queue.seq = ?1)";
    FORGET_DELIVERY = "UPDATE delivery SET private = NULL WHERE seq = ?1";
    FORGET_LATE_CLICKS = "UPDATE click SET private = NULL WHERE seq IN (SELECT seq FROM click INDEXED BY click_late_private \
        WHERE top IS NOT NULL AND private IS NOT NULL AND at < ?1 LIMIT ?2)";
    FORGET_LATE_EVENTS = "UPDATE event SET private = NULL WHERE seq IN (SELECT seq FROM event INDEXED BY event_late_private \
        WHERE top IS NOT NULL AND private IS NOT NULL AND received < ?1 LIMIT ?2)";
    FORGET_LATE_DELIVERIES = "UPDATE delivery SET private = NULL WHERE seq IN \
        (SELECT seq FROM delivery INDEXED BY delivery_late_private \
        WHERE top IS NOT NULL AND private IS NOT NULL AND created < ?1 \
        AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.seq = delivery.seq) LIMIT ?2)";
    ERASE_CLICK = "UPDATE click SET private = NULL WHERE id = ?1 AND private IS NOT NULL";
    ERASE_EVENTS = "UPDATE event SET private = NULL WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 1) AND click = ?1 AND private IS NOT NULL";
    /// Events that name a click and belong to none. The text is only a first sieve.
    LOOSE_NAMED = "SELECT seq, payload FROM event INDEXED BY event_loose \
        WHERE private IS NOT NULL AND received > ?2 AND click IS NULL AND instr(payload, json_quote(?1)) > 0";
    ERASE_LOOSE = "UPDATE event SET private = NULL WHERE seq = ?1 AND private IS NOT NULL AND click IS NULL";
    /// It is not known what the body has besides the click, so that it may name a person.
    ERASE_REFUSED = "DELETE FROM refused WHERE click = ?1";
    ERASE_DELIVERIES = "UPDATE delivery SET private = NULL WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 3) AND click = ?1 AND private IS NOT NULL";
    CLICKS_OF_RECEIPT = "SELECT click FROM event INDEXED BY event_receipt \
        WHERE receipt = ?2 AND source = ?1 AND click IS NOT NULL";
    ERASE_OF_RECEIPT = "UPDATE event INDEXED BY event_receipt SET private = NULL \
        WHERE receipt = ?2 AND source = ?1 AND private IS NOT NULL";
    ERASE_FOR_PARENT = "UPDATE event INDEXED BY event_waiting_parent SET private = NULL \
        WHERE outcome = 'unattributed' AND source = ?1 AND parent = ?2 AND private IS NOT NULL";

    /// What may be old, behind the row that was looked at last: by number as long as the times grow
    /// with the numbers, and what is late by its time.
    OLD_CLICKS = "SELECT seq, seq, at, id FROM click WHERE seq >= ?1 AND seq > ?2 AND top IS NULL ORDER BY seq LIMIT ?3";
    OLD_LATE_CLICKS = "SELECT at, seq, at, id FROM click INDEXED BY click_late \
        WHERE top IS NOT NULL AND at >= ?1 AND (at > ?1 OR seq > ?2) ORDER BY at, seq LIMIT ?3";
    OLD_EVENTS = "SELECT seq, seq, received, click FROM event WHERE seq >= ?1 AND seq > ?2 AND top IS NULL ORDER BY seq LIMIT ?3";
    OLD_LATE_EVENTS = "SELECT received, seq, received, click FROM event INDEXED BY event_late \
        WHERE top IS NOT NULL AND received >= ?1 AND (received > ?1 OR seq > ?2) ORDER BY received, seq LIMIT ?3";
    OLD_DELIVERIES = "SELECT at, seq, at, due, last FROM ended INDEXED BY ended_at \
        WHERE at >= ?1 AND (at > ?1 OR seq > ?2) ORDER BY at, seq LIMIT ?3";
    ENDED = "SELECT due, last FROM ended WHERE seq = ?1";
    DROP_DELIVERY = "DELETE FROM delivery WHERE seq = ?1";
    HAS_EVENT = "SELECT 1 FROM of_click CROSS JOIN event \
        ON event.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 1 AND click = ?1 LIMIT 1";
    HAS_DELIVERY = "SELECT 1 FROM of_click CROSS JOIN delivery \
        ON delivery.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 3 AND click = ?1 LIMIT 1";
    HAS_LATER_EVENT = "SELECT 1 FROM of_click CROSS JOIN event \
        ON event.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 1 AND click = ?1 AND received >= ?3 LIMIT 1";
    HAS_OPEN_DELIVERY = "SELECT 1 FROM of_click CROSS JOIN delivery \
        ON delivery.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 3 AND click = ?1 \
        AND EXISTS (SELECT 1 FROM queue WHERE queue.seq = delivery.seq) LIMIT 1";
    /// An event that was found may have got its click since.
    IS_LOOSE = "SELECT 1 FROM event WHERE seq = ?1 AND click IS NULL AND received < ?2";
    IS_RECORDED = "SELECT 1 FROM click WHERE id = ?1";
    SHARES_KEY = "SELECT 1 FROM of_click CROSS JOIN event \
        ON event.seq = of_click.seq WHERE of_click.click_key = ?2 AND kind = 1 AND click <> ?1 LIMIT 1";
    DROP_GUARD = "DELETE FROM of_click WHERE click_key = ?1 AND kind = 0 AND seq = 0";
    LAST_CLICK = "SELECT coalesce(max(seq), 0) FROM click";
    LAST_EVENT = "SELECT coalesce(max(seq), 0) FROM event";
    DROP_CLICK = "DELETE FROM click WHERE id = ?1";
    DROP_TALLIES = "DELETE FROM tally WHERE seq IN (SELECT tally.seq FROM tally WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 4) AND click = ?1)";
    DROP_CONVERSIONS = "DELETE FROM conversion WHERE seq IN (SELECT conversion.seq FROM conversion WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 2) AND click = ?1 LIMIT ?3)";
    ENDED_OF = "SELECT delivery.seq FROM delivery WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 3) AND click = ?1 \
        AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.seq = delivery.seq) LIMIT ?3";
    EVENTS_OF = "SELECT event.seq FROM event WHERE seq IN \
        (SELECT seq FROM of_click WHERE click_key = ?2 AND kind = 1) AND click = ?1 LIMIT ?3";
    EVENT_PAYLOAD = "SELECT payload FROM event WHERE seq = ?1";
    DROP_EVENT = "DELETE FROM event WHERE seq = ?1";
    HAS_RECEIPT = "SELECT 1 FROM event INDEXED BY event_receipt WHERE receipt = ?2 AND source = ?1 LIMIT 1";
    DROP_RECEIPT = "DELETE FROM receipt WHERE source = ?1 AND receipt = ?2";
}
