-- Merging costs what the people it touches cost: keys as numbers, events found by person and by id.
CREATE TABLE store.name_keys (
    move_id VARCHAR NOT NULL,
    key BIGINT NOT NULL
);
CREATE TABLE store.near_keys (
    move_id VARCHAR NOT NULL,
    key BIGINT NOT NULL,
    "at" DATE NOT NULL
);
-- A key was a word and the first 42 bits of a hash in base64; 40 of them remain. Any other text is hashed.
CREATE TEMP MACRO as_number(key) AS if(regexp_full_match(key, '(name|near)[|][A-Za-z0-9+/]{7}'),
    ('0x' || hex(try(from_base64(substr(key, 6) || '='))))::BIGINT, ('0x' || left(sha256(key), 10))::BIGINT);
INSERT INTO store.name_keys SELECT DISTINCT move_id, as_number(key) FROM store.move_keys
WHERE starts_with(key, 'name|') ORDER BY ALL;
-- In order of time: what lies months back is not read when the news of today is merged.
INSERT INTO store.near_keys SELECT DISTINCT move_id, as_number(key), "at" FROM store.move_keys
WHERE NOT starts_with(key, 'name|') ORDER BY "at", move_id;
DROP MACRO as_number;
DROP TABLE store.move_keys;
COMMENT ON TABLE store.name_keys IS 'Keys of one name at one organisation: they bring moves together at any time.';
COMMENT ON COLUMN store.name_keys.move_id IS 'The move.';
COMMENT ON COLUMN store.name_keys.key IS '40 bits of a hash of a name and an organisation, or of a listed person.';
COMMENT ON TABLE store.near_keys IS 'Keys that bring moves together which are near in time and may concern one person.';
COMMENT ON COLUMN store.near_keys.move_id IS 'The move.';
COMMENT ON COLUMN store.near_keys.key IS '40 bits of a hash of a name, or of a part or the beginning of one with an organisation.';
COMMENT ON COLUMN store.near_keys."at" IS 'Day around which the key counts.';

CREATE INDEX event_versions_person ON store.event_versions (person_id);
CREATE INDEX event_versions_event ON store.event_versions (event_id);

CREATE TABLE store.entity_proposals (
    proposal_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('person', 'organisation')),
    left_id VARCHAR NOT NULL,
    right_id VARCHAR NOT NULL,
    likeness DOUBLE NOT NULL CHECK (likeness BETWEEN 0 AND 1),
    why VARCHAR NOT NULL,
    left_move VARCHAR NOT NULL,
    right_move VARCHAR NOT NULL,
    answer VARCHAR NOT NULL CHECK (answer IN ('', 'reject')),
    known_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    CHECK (left_id < right_id)
);
COMMENT ON TABLE store.entity_proposals IS 'Two people who may be one: alike, but not so surely that they were joined. A person decides.';
COMMENT ON COLUMN store.entity_proposals.proposal_id IS 'Stable id, from the two people: same- and twelve hexadecimal digits.';
COMMENT ON COLUMN store.entity_proposals.kind IS 'person or organisation.';
COMMENT ON COLUMN store.entity_proposals.left_id IS 'One of the two.';
COMMENT ON COLUMN store.entity_proposals.right_id IS 'The other.';
COMMENT ON COLUMN store.entity_proposals.likeness IS 'How alike their names are, 0 to 1.';
COMMENT ON COLUMN store.entity_proposals.why IS 'Why they were not joined.';
COMMENT ON COLUMN store.entity_proposals.left_move IS 'Move that names the one in the way that is like the other.';
COMMENT ON COLUMN store.entity_proposals.right_move IS 'Move that names the other so.';
COMMENT ON COLUMN store.entity_proposals.answer IS 'Empty while it waits; reject where a person said that they are two.';
COMMENT ON COLUMN store.entity_proposals.known_at IS 'Time of the run that first saw the likeness.';
COMMENT ON COLUMN store.entity_proposals.run_id IS 'Run that wrote this row last.';
