-- Version 6. A refused body is packed; its first byte says how, and 0 is a body as it came. What each ring holds is counted whenever it changes, so
-- that a ring is bounded by bytes and nobody sums it.
UPDATE refused SET body = CAST(X'00' || body AS BLOB);
CREATE TABLE refused_held (
    source TEXT NOT NULL,
    interface TEXT NOT NULL,
    ring TEXT NOT NULL,
    bodies INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (source, interface, ring)
) STRICT, WITHOUT ROWID;
INSERT INTO refused_held (source, interface, ring, bodies, bytes)
    SELECT source, interface, ring, count(*), sum(length(body)) FROM refused GROUP BY source, interface, ring;
CREATE TRIGGER refused_kept AFTER INSERT ON refused BEGIN
    INSERT INTO refused_held (source, interface, ring, bodies, bytes)
        VALUES (new.source, new.interface, new.ring, 1, length(new.body))
        ON CONFLICT (source, interface, ring) DO UPDATE SET bodies = bodies + 1, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER refused_gone AFTER DELETE ON refused BEGIN
    UPDATE refused_held SET bodies = bodies - 1, bytes = bytes - length(old.body)
        WHERE source = old.source AND interface = old.interface AND ring = old.ring;
END;
