-- Version 4. Sending and checking have counts of their own: before, `attempts` counted both.
ALTER TABLE delivery ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;

-- Whether a delivery waits because its own attempt stopped its lane: when the lane is released, so is it.
ALTER TABLE delivery ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
CREATE INDEX delivery_held ON delivery (lane) WHERE held = 1;
