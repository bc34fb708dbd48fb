-- What schema version 6 added.
INSERT INTO store.stale_keys VALUES ('m1', '2026-11-21');
