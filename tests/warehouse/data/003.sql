-- What schema version 3 added.
INSERT INTO store.name_keys VALUES ('m1', 59851155173);
INSERT INTO store.near_keys VALUES ('m1', 59851155173, '2026-11-21');
INSERT INTO store.entity_proposals VALUES
    ('same-1', 'person', 'p1', 'p2', 0.8, 'like names at one organisation', 'm1', 'm2', '', '2026-11-21', 'r1');
