-- Version 8.

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

-- The refused bodies of a source that are too old.
CREATE INDEX refused_source_received ON refused (source, received);
