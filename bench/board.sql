-- An installation of `n` departures for bench/board.py: spread over two years; names, posts and scores follow from the
-- number, so that every build is the same.
INSERT INTO store.event_versions BY NAME
SELECT 'e-' || i AS event_id, 1 AS version, TIMESTAMP '2026-11-21 06:00:00' AS known_from, NULL AS known_to,
    NULL AS closed_by, 'first said' AS cause, 'h' || i AS state_hash, 'departure' AS kind, 'p-' || (i // 1.25)::INT AS person_id,
    'Person ' || (i // 1.25)::INT || ' Example' AS person, 'o-' || (i * 7919) % getvariable('organisations') AS from_org_id,
    'Organisation ' || (i * 7919) % getvariable('organisations') AS from_org,
    CASE WHEN i % 3 = 0 THEN 'o-' || (i // 3 + i // 360) % getvariable('organisations') END AS to_org_id,
    CASE WHEN i % 3 = 0 THEN 'Organisation ' || (i // 3 + i // 360) % getvariable('organisations') END AS to_org,
    (['Chief Scientist', 'Head of Research', 'Engineer', NULL])[1 + i % 4] AS role_from, NULL AS role_to,
    NULL AS role_family, (['reported', 'effective', 'announced', 'rumoured', 'denied'])[1 + i % 5] AS status,
    'main' AS focus, NULL AS date, 'none' AS date_precision, NULL AS announced_on, NULL AS effective_on, moment AS first_reported_at,
    moment AS last_reported_at, moment AS first_known_at, 1 + i % 2 AS origins, 1 + i % 2 AS articles, ['en', 'de'] AS languages,
    ['m-' || i] AS move_ids, FALSE AS acting, NULL AS reason_stated, NULL AS successor, NULL AS destination_kind,
    [] AS group_event_ids, CASE WHEN i % 20 = 0 THEN 0.5 ELSE 0.9 END AS confidence, '' AS review, i % 100 AS score,
    i % 10 = 0 AS flagged, FALSE AS alerted, 'bench' AS model,
    [{'feature': 'seniority', 'value': 'chief', 'points': 22.0, 'move_id': 'm-' || i}] AS terms,
    [{'status': 'reported', 'at': moment, 'move_id': 'm-' || i, 'cause': 'first said'}] AS history,
    CASE WHEN i < 60 THEN 'bench' ELSE 'before' END AS run_id
FROM (SELECT i, TIMESTAMP '2026-11-20' - to_minutes((i * 7477) % 1051200) AS moment FROM range(getvariable('n')) t(i));
INSERT INTO store.articles BY NAME
SELECT 'a-' || i AS article_id, 1 AS version, 's-' || i % 100 AS source_id, 'press' AS source_kind, '' AS source_ref,
    'https://news.example/' || i AS url, 'https://news.example/' || i AS canonical_url, 'en' AS lang,
    'Person leaves, says report ' || i AS title, [] AS authors, TIMESTAMP '2026-11-20' AS published_at,
    TIMESTAMP '2026-11-21' AS fetched_at, TIMESTAMP '2026-11-21' AS known_at, 'full' AS completeness, '' AS site_name,
    [] AS keywords, FALSE AS paywalled, '' AS cites, 's-' || i % 100 AS origin, 'c' || i AS content_hash,
    MAP {} AS field_sources, MAP {} AS cleaning, i AS text_id, 900 AS text_length, 'bench' AS run_id
FROM range(getvariable('n') * 3 // 2) t(i);
INSERT INTO store.moves BY NAME
SELECT 'm-' || i AS move_id, 'a-' || i AS article_id, 'departure' AS kind, 'Person ' || i AS person, [] AS person_aliases,
    'Organisation' AS from_org, [] AS from_aliases, [] AS to_aliases, 'reported' AS status, 'main' AS focus,
    0.9 AS confidence, FALSE AS acting, 'bench' AS rule, 'bench' AS detector,
    'Person ' || i || ' is leaving the organisation after many years, two people who know of it said on Friday.' AS quote,
    'text' AS quote_field, 0 AS quote_start, 90 AS quote_end, TIMESTAMP '2026-11-21' AS known_at, 'bench' AS run_id
FROM range(getvariable('n') * 3 // 2) t(i);
INSERT INTO store.move_links SELECT 'm-' || i, 'p', 'o', NULL, 'e-' || i % getvariable('n') FROM range(getvariable('n') * 3 // 2) t(i);
INSERT INTO store.entities BY NAME SELECT DISTINCT person_id AS entity_id, 'person' AS kind, person AS name, ['人物' || person_id] AS aliases, first_known_at AS known_at, 'bench' AS run_id FROM store.event_versions QUALIFY row_number() OVER (PARTITION BY person_id) = 1;
INSERT INTO store.entities BY NAME SELECT 'o-' || i AS entity_id, 'organisation' AS kind, 'Organisation ' || i AS name, [] AS aliases, TIMESTAMP '2026-11-21' AS known_at, 'bench' AS run_id FROM range(getvariable('organisations')) t(i);
INSERT INTO store.exodus BY NAME SELECT 'o-' || i % getvariable('organisations') AS organisation_id, 'Organisation ' || i % getvariable('organisations') AS organisation,
    DATE '2026-10-01' - (i // getvariable('organisations'))::INT * 9 AS window_start, DATE '2026-10-30' - (i // getvariable('organisations'))::INT * 9 AS window_end,
    i % 7 AS observed, 2.5 AS expected, 0.5 AS p_value, 0.5 AS q_value, FALSE AS significant, [] AS people, [] AS event_ids, 'bench' AS run_id
FROM range(getvariable('organisations') * 40) t(i);
INSERT INTO store.runs SELECT 'bench', TIMESTAMP '2026-11-21 06:00:00', 1, 'bench', MAP {'load.articles': 3::BIGINT};
