-- What schema 7 wrote besides its statements: the tallies under their clicks' keys.
INSERT INTO tally (click, click_key, key, payload) SELECT click, iif(click = 'c1', 622199369613600857, 622196071078716224), key, payload
    FROM tally_6 ORDER BY click, key;
DROP TABLE tally_6;
