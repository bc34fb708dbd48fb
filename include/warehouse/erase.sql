-- Everything that was derived about the people in the registered table `people` (person_id), and the moves in
-- `moves_given` (move_id); retention.erase_people.
-- An event that was once taken for theirs, and is somebody else's now, loses the versions that said so and no more.
CREATE OR REPLACE TEMP TABLE gone_events AS
SELECT event_id FROM store.event_versions WHERE event_id IN (
    SELECT event_id FROM store.event_versions SEMI JOIN people USING (person_id))
GROUP BY event_id HAVING bool_and(known_to IS NOT NULL) OR bool_or(known_to IS NULL AND person_id IN (FROM people));

CREATE OR REPLACE TEMP TABLE gone_moves AS
SELECT move_id FROM moves_given
UNION SELECT move_id FROM store.move_links SEMI JOIN people USING (person_id)
UNION SELECT unnest(move_ids) FROM store.event_versions SEMI JOIN gone_events USING (event_id);

CREATE OR REPLACE TEMP TABLE gone_entities AS
WITH RECURSIVE gone AS (
    SELECT person_id AS entity_id FROM people
    UNION SELECT e.entity_id FROM store.entities e JOIN gone ON e.merged_into = gone.entity_id)
SELECT entity_id FROM gone;

CREATE OR REPLACE TEMP TABLE gone_names AS
SELECT DISTINCT unnest([name] || aliases) AS name FROM store.entities SEMI JOIN gone_entities USING (entity_id)
UNION SELECT person FROM store.moves SEMI JOIN gone_moves USING (move_id)
UNION SELECT person FROM store.event_versions SEMI JOIN gone_events USING (event_id);

INSERT INTO store.erased_moves FROM gone_moves ON CONFLICT DO NOTHING;

-- Windows since then are computed anew when this run flags; the names go at once.
UPDATE store.exodus SET stale = TRUE WHERE window_end >= (
    SELECT min(coalesce(day, reported_on)) FROM store.exits
    WHERE event_id IN (FROM gone_events) OR person_id IN (FROM people));
UPDATE store.exodus SET stale = TRUE, people = [], event_ids = [], laid_off = [], undated = [], apart_event_ids = []
WHERE list_has_any(event_ids || apart_event_ids, (SELECT coalesce(list(event_id), []) FROM gone_events));
DELETE FROM store.exits WHERE event_id IN (FROM gone_events) OR person_id IN (FROM people);

UPDATE store.decisions SET reason = '', payload = '{}'
WHERE target IN (SELECT person_id FROM people) OR target IN (FROM gone_events);

DELETE FROM store.event_versions WHERE event_id IN (FROM gone_events) OR person_id IN (FROM people);
UPDATE store.event_versions SET successor = NULL WHERE successor IN (FROM gone_names);
UPDATE store.moves SET successor = NULL WHERE successor IN (FROM gone_names);
UPDATE store.retired_moves SET successor = NULL WHERE successor IN (FROM gone_names);
DELETE FROM store.moves WHERE move_id IN (FROM gone_moves);
DELETE FROM store.retired_moves WHERE move_id IN (FROM gone_moves);
DELETE FROM store.name_keys WHERE move_id IN (FROM gone_moves);
DELETE FROM store.near_keys WHERE move_id IN (FROM gone_moves);
DELETE FROM store.stale_keys WHERE move_id IN (FROM gone_moves);
DELETE FROM store.move_links WHERE move_id IN (FROM gone_moves);
DELETE FROM store.touched_moves WHERE move_id IN (FROM gone_moves);
DELETE FROM store.entity_proposals WHERE left_id IN (FROM gone_entities) OR right_id IN (FROM gone_entities);
DELETE FROM store.entities WHERE entity_id IN (FROM gone_entities);

DELETE FROM store.quarantine WHERE record_id IN (FROM gone_moves) OR record_id IN (FROM gone_events);
UPDATE store.quarantine SET payload = NULL
WHERE kind = 'article' AND list_has_any(from_json(payload->'$.moves[*].move_id', '["VARCHAR"]'),
    (SELECT coalesce(list(move_id), []) FROM gone_moves));
