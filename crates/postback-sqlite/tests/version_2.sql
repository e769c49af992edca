-- What version 2 of the schema can say and version 1 cannot, written over the rows of version_1.sql once step 2 was taken.

UPDATE delivery SET state = 'accepted', due = 1780000150000000, ready = 1780000150000000, leased = 0, attempts = 3, receipt = 'batch-7', most = 20
    WHERE seq = 4;
UPDATE delivery SET due = 1780000300000000, ready = 1780000300000000, fence = 1 WHERE seq = 5;
INSERT INTO hold (lane, until, why) SELECT lane, 1780000300000000, 'the token is wrong' FROM delivery WHERE seq = 5;
PRAGMA user_version = 2;
