-- What schema version 5 added.
INSERT INTO store.copy_keys VALUES (1, 'a1');
