-- Version 3. What is refused of postbacks is kept beside what is refused of notifications, with its reason, the parameter at fault and the click
-- that it names; each interface has rings of its own. What was kept before are notifications.
ALTER TABLE refused ADD COLUMN interface TEXT NOT NULL DEFAULT 'ins';
ALTER TABLE refused ADD COLUMN reason TEXT NOT NULL DEFAULT 'notification';
ALTER TABLE refused ADD COLUMN parameter TEXT;
ALTER TABLE refused ADD COLUMN click TEXT;
DROP INDEX refused_ring;
CREATE INDEX refused_ring ON refused (source, interface, ring);
CREATE INDEX refused_click ON refused (click) WHERE click IS NOT NULL;
