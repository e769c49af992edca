-- Version 5. Clicks and events are found by their age, and the events that wait by when they were received: only those of the last hour are decided
-- again often. A new file gives back the space of what is deleted (`auto_vacuum`); an older one does so after a `VACUUM` by hand.
CREATE INDEX click_at ON click (at);
CREATE INDEX event_received ON event (received);
DROP INDEX event_waiting;
CREATE INDEX event_waiting ON event (received, id) WHERE outcome = 'unattributed';
