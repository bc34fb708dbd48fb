-- Keys are made anew where the rules that make them have changed: some in each run, the latest news first.
CREATE TABLE store.key_rules (
    version INTEGER NOT NULL
);
INSERT INTO store.key_rules VALUES (0);
CREATE TABLE store.stale_keys (
    move_id VARCHAR NOT NULL,
    "at" DATE NOT NULL
);
COMMENT ON TABLE store.key_rules IS 'One row: by which rules the keys of moves are made.';
COMMENT ON COLUMN store.key_rules.version IS 'Version of the rules; 0 where it is not known.';
COMMENT ON TABLE store.stale_keys IS 'Moves whose keys were made by earlier rules, and wait to be made anew.';
COMMENT ON COLUMN store.stale_keys.move_id IS 'The move.';
COMMENT ON COLUMN store.stale_keys."at" IS 'The last day around which its keys count.';
