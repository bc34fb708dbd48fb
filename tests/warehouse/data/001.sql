-- A file of schema version 1 with a row in every table.
UPDATE store.generation SET number = 7, run_id = 'r7', as_of = '2026-11-21 06:00:00';
INSERT INTO store.runs VALUES ('r7', '2026-11-21 06:00:00', 7, 'rules/1', MAP {'articles': 1});
INSERT INTO store.articles BY NAME SELECT 'a1' AS article_id, 2 AS version, 'alpha' AS source_id, 'press' AS source_kind,
    '' AS source_ref, 'https://alpha.example/1' AS url, 'https://alpha.example/1' AS canonical_url, 'en' AS lang,
    'Ada Lovelace leaves' AS title, ['Grace Hopper'] AS authors, TIMESTAMP '2026-11-21 03:00:00' AS published_at,
    TIMESTAMP '2026-11-21 06:00:00' AS fetched_at, TIMESTAMP '2026-11-20 06:00:00' AS known_at,
    'full' AS completeness, 'Alpha' AS site_name, [] AS keywords, FALSE AS paywalled, '' AS cites, 'alpha' AS origin,
    'c2' AS content_hash, MAP {'title': 'json-ld'} AS field_sources, MAP {'spaces': 2} AS cleaning,
    'x.warc.gz' AS archive_path, 10 AS archive_offset, 5 AS text_id, 40 AS text_length, 'r7' AS run_id;
INSERT INTO store.article_versions BY NAME SELECT * REPLACE (1 AS version, 'c1' AS content_hash, 4 AS text_id),
    TIMESTAMP '2026-11-21 06:00:00' AS superseded_at, 'r7' AS superseded_by FROM store.articles;
INSERT INTO store.sightings VALUES ('a1', 'beta', 'https://alpha.example/1', NULL, '2026-11-21 06:00:00', 'r7');
INSERT INTO store.signatures VALUES ('a1', '2026-11-21 06:00:00', '\x01\x02'::BLOB, ['00aa']);
INSERT INTO store.moves BY NAME SELECT 'm1' AS move_id, 'a1' AS article_id, 'departure' AS kind,
    'Ada Lovelace' AS person, ['洛芙莱斯'] AS person_aliases, 'Babbage Labs' AS from_org, [] AS from_aliases,
    [] AS to_aliases, 'Chief Scientist' AS role_from, 'announced' AS status, 'main' AS focus, '2026-11' AS date,
    0.9 AS confidence, FALSE AS acting, 'en.leaves' AS rule, 'rules/1' AS detector, 'Ada Lovelace leaves' AS quote,
    'title' AS quote_field, 0 AS quote_start, 19 AS quote_end, TIMESTAMP '2026-11-20 06:00:00' AS known_at,
    'r6' AS run_id;
INSERT INTO store.retired_moves BY NAME SELECT * REPLACE ('m0' AS move_id), TIMESTAMP '2026-11-21 06:00:00' AS retired_at,
    'edited' AS cause, 'r7' AS retired_by FROM store.moves;
INSERT INTO store.touched_moves VALUES ('m1', 'r7');
INSERT INTO store.erased_moves VALUES ('m9');
INSERT INTO store.move_links VALUES ('m1', 'p-1', 'o-1', NULL, 'e1');
INSERT INTO store.move_keys VALUES ('m1', 'name|ada lovelace', '2026-11-21'), ('m1', 'near|YWRhIGx', '2026-11-21');
INSERT INTO store.entities VALUES
    ('p-1', 'person', 'Ada Lovelace', ['洛芙莱斯'], NULL, NULL, '2026-11-20 06:00:00', 'r6'),
    ('o-1', 'organisation', 'Babbage Labs', [], NULL, NULL, '2026-11-20 06:00:00', 'r6');
INSERT INTO store.decisions VALUES ('d1', 'approve', 'e1', 'grace', 'seen', '2026-11-21 05:00:00', '{}', 'r7');
INSERT INTO store.event_versions BY NAME SELECT 'e1' AS event_id, 2 AS version,
    TIMESTAMP '2026-11-21 06:00:00' AS known_from, 'status' AS cause, 'h2' AS state_hash, 'departure' AS kind,
    'p-1' AS person_id, 'Ada Lovelace' AS person, 'o-1' AS from_org_id, 'Babbage Labs' AS from_org,
    'Chief Scientist' AS role_from, 'announced' AS status, 'main' AS focus, '2026-11' AS date,
    'month' AS date_precision, TIMESTAMP '2026-11-21 03:00:00' AS first_reported_at,
    TIMESTAMP '2026-11-20 06:00:00' AS first_known_at, 1 AS origins, 1 AS articles, ['en'] AS languages,
    ['m1'] AS move_ids, FALSE AS acting, [] AS group_event_ids, 0.9 AS confidence, 'approved' AS review,
    70.0 AS score, TRUE AS flagged, FALSE AS alerted, 'weights/1' AS model,
    [{'feature': 'seniority', 'value': 'chief', 'points': 70.0, 'move_id': 'm1'}] AS terms,
    [{'status': 'announced', 'at': TIMESTAMP '2026-11-21 03:00:00', 'move_id': 'm1', 'cause': 'first report'}]
        AS history, 'r7' AS run_id;
INSERT INTO store.event_versions BY NAME SELECT * REPLACE (1 AS version, 'h1' AS state_hash, 'rumoured' AS status,
    TIMESTAMP '2026-11-20 06:00:00' AS known_from, known_from AS known_to, 'r7' AS closed_by, 'r6' AS run_id)
    FROM store.event_versions;
INSERT INTO store.event_redirects VALUES ('e0', 'e1', '2026-11-21 06:00:00', 'r7');
INSERT INTO store.exodus VALUES
    ('o-1', 'Babbage Labs', '2026-10-23', '2026-11-21', 4, 0.5, 0.001, 0.01, TRUE, ['Ada Lovelace'], ['e1'], 'r7');
INSERT INTO store.feed_states BY NAME SELECT 'alpha' AS source_id, 'https://alpha.example/rss' AS url,
    3600.0 AS interval_s, 0.0 AS failures, '' AS last_error, 0 AS redirect_count, FALSE AS gone, ['i1:x'] AS recent_ids,
    'https://alpha.example/rss' AS source_url;
INSERT INTO store.feed_polls VALUES
    ('alpha', '2026-11-21 06:00:00', 'new', 200, 20, 1, FALSE, '', 0.3, MAP {'no-link': 2}, 'r7');
INSERT INTO store.quality_results VALUES
    ('r7', '2026-11-21 06:00:00', 'articles', 'ids are unique', 'article_id', 'stop', TRUE, '0 of 1 rows', 0, 'report');
INSERT INTO store.quarantine VALUES
    ('p1', 'fetch', 'page', 'http-404', 'not found', '{"url": "x"}', 'alpha', '2026-11-21 06:00:00', 'r7', NULL, NULL);
