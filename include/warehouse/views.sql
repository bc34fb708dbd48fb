-- What readers query. Created anew in every work copy; `articles` and `article_texts` follow in views.py, since they
-- name the folder of the article Parquet.

CREATE OR REPLACE MACRO first_day(iso) AS
    CASE length(iso) WHEN 4 THEN try_cast(iso || '-01-01' AS DATE) WHEN 7 THEN try_cast(iso || '-01' AS DATE)
        ELSE try_cast(iso[1:10] AS DATE) END;
COMMENT ON MACRO first_day IS 'First day of an ISO date of any precision: first_day(''2026-11'') is 2026-11-01.';

CREATE OR REPLACE MACRO last_day_of(iso) AS
    CASE length(iso) WHEN 4 THEN try_cast(iso || '-12-31' AS DATE) WHEN 7 THEN last_day(first_day(iso))
        ELSE first_day(iso) END;
COMMENT ON MACRO last_day_of IS 'Last day of an ISO date of any precision: last_day_of(''2026-11'') is 2026-11-30.';

CREATE OR REPLACE MACRO exit_day(date, date_precision, focus, first_reported_at) AS
    CASE WHEN date_precision = 'day' THEN first_day(date)
        WHEN date_precision = 'month' AND strftime(first_reported_at, '%Y-%m') = date THEN first_reported_at::DATE
        WHEN date_precision = 'month' THEN first_day(date) + day(last_day(first_day(date)))::INTEGER // 2 - 1
        WHEN focus = 'main' AND coalesce(date, '') IN ('', year(first_reported_at)::VARCHAR)
            THEN first_reported_at::DATE END;
COMMENT ON MACRO exit_day IS 'Day that a departure counts for: the stated one; for a month the report within it, else its middle; without a date the day of the first report, if it was news then.';

CREATE OR REPLACE VIEW moves AS
SELECT m.move_id, m.article_id, l.event_id, m.kind, m.person, m.from_org, m.to_org, m.role_from, m.role_to, m.status,
    m.focus, m.date, m.successor, m.confidence, m.quote, m.quote_field, m.quote_start, m.quote_end,
    l.person_id, l.from_org_id, l.to_org_id, m.reason_stated, m.acting, m.rule, m.detector, m.known_at, m.run_id
FROM store.moves m LEFT JOIN store.move_links l USING (move_id);
COMMENT ON VIEW moves IS 'What each article says: one row a move.';

CREATE OR REPLACE VIEW events AS
SELECT event_id, kind, person_id, person, from_org, to_org, role_from, role_to, status, date, date_precision,
    announced_on, effective_on, first_reported_at, origins, languages, score, flagged,
    from_org_id, to_org_id, role_family, focus, last_reported_at, first_known_at, articles, acting, reason_stated,
    successor, destination_kind, group_event_ids, confidence, review, alerted, model, version, known_from, run_id
FROM store.event_versions WHERE known_to IS NULL AND review <> 'taken-down';
COMMENT ON VIEW events IS 'What happened, as believed now: one row an event.';

CREATE OR REPLACE VIEW departures AS SELECT * FROM events WHERE kind = 'departure' AND review <> 'rejected';
COMMENT ON VIEW departures IS 'Events of kind departure that nobody has rejected.';

CREATE OR REPLACE VIEW notable_departures AS SELECT * FROM departures WHERE flagged;
COMMENT ON VIEW notable_departures IS 'Departures that matter: those on the board.';

CREATE OR REPLACE VIEW event_history AS
SELECT event_id, version, known_from, known_to, status, date, from_org, to_org, cause,
    kind, person, role_from, role_to, announced_on, effective_on, origins, articles, score, flagged, review, run_id
FROM store.event_versions WHERE review <> 'taken-down';
COMMENT ON VIEW event_history IS 'Everything we ever believed of an event, and from when to when.';

CREATE OR REPLACE MACRO events_as_of(moment) AS TABLE
    SELECT * EXCLUDE (known_to, cause, state_hash, move_ids, terms, history) FROM store.event_versions
    WHERE known_from <= moment::TIMESTAMP AND (known_to IS NULL OR known_to > moment::TIMESTAMP)
        AND review <> 'taken-down';
COMMENT ON MACRO TABLE events_as_of IS 'Events as believed at a time (UTC): FROM events_as_of(''2026-11-21'').';

CREATE OR REPLACE VIEW status_changes AS
SELECT event_id, step.status AS status, step."at" AS changed_at, step.move_id AS move_id, step.cause AS cause
FROM (SELECT event_id, unnest(history) AS step FROM store.event_versions
    WHERE known_to IS NULL AND review <> 'taken-down');
COMMENT ON VIEW status_changes IS 'Steps of the status of each event, each with the move that caused it.';

CREATE OR REPLACE VIEW reasons AS
SELECT event_id, term.feature AS feature, term.value AS value, term.points AS points, term.move_id AS move_id
FROM (SELECT event_id, unnest(terms) AS term FROM store.event_versions
    WHERE known_to IS NULL AND review <> 'taken-down');
COMMENT ON VIEW reasons IS 'Why an event has its score: the summands, each with the move whose sentence carries it.';

CREATE OR REPLACE MACRO names_one_of(quote, forms) AS
    len([form FOR form IN forms IF form IS NOT NULL AND form <> '' AND contains(quote, form)]) > 0;
COMMENT ON MACRO names_one_of IS 'Whether a sentence holds one of the forms of a name.';

CREATE OR REPLACE VIEW evidence AS
SELECT l.event_id, m.move_id, m.article_id, a.url, a.lang, m.quote, m.quote_field AS field, m.quote_start AS start,
    m.quote_end AS "end", CASE WHEN m.status = 'denied' THEN 'denies' ELSE 'supports' END AS stance,
    m.status, a.source_id, a.origin, a.title, a.published_at, m.rule, m.detector, m.known_at, m.confidence,
    2 * names_one_of(m.quote, [m.person] || m.person_aliases)::INTEGER
        + names_one_of(m.quote, [m.from_org, m.to_org] || m.from_aliases || m.to_aliases)::INTEGER AS proof
FROM store.move_links l JOIN store.moves m USING (move_id) JOIN store.articles a USING (article_id)
WHERE l.event_id IS NOT NULL;
COMMENT ON VIEW evidence IS 'The sentences that prove or deny an event.';

CREATE OR REPLACE VIEW exodus AS
SELECT organisation, window_start, window_end, observed, expected, p_value, people, organisation_id, q_value,
    significant, event_ids, run_id, laid_off, undated, apart_event_ids
FROM store.exodus;
COMMENT ON VIEW exodus IS 'Departures of an organisation in 30 days against its own previous twelve months.';

CREATE OR REPLACE VIEW talent_flow AS
SELECT any_value(year(day) || '-Q' || quarter(day)) AS quarter, arg_max(from_org, known_from) AS from_org,
    arg_max(to_org, known_from) AS to_org, count(DISTINCT person_id) AS people,
    list(DISTINCT event_id ORDER BY event_id) AS event_ids, from_org_id, to_org_id
FROM (SELECT *, max(kind = 'departure') OVER (PARTITION BY person_id, from_org_id, to_org_id) AS left_so,
        coalesce(first_day(CASE WHEN length(effective_on) > 4 THEN effective_on END), first_day(announced_on),
            CASE WHEN focus = 'main' THEN first_reported_at::DATE END) AS day
    FROM events WHERE from_org_id IS NOT NULL AND to_org_id IS NOT NULL AND from_org_id <> to_org_id
        AND kind IN ('departure', 'arrival', 'appointment') AND status IN ('reported', 'announced', 'effective')
        AND review <> 'rejected')
WHERE day IS NOT NULL AND (kind = 'departure' OR NOT left_so)
GROUP BY year(day), quarter(day), from_org_id, to_org_id;
COMMENT ON VIEW talent_flow IS 'People who went from one organisation to another, by quarter; rumours, denials and undated history left out.';

CREATE OR REPLACE VIEW talent_balance AS
WITH flow AS MATERIALIZED (SELECT quarter, from_org_id, from_org, to_org_id, to_org, people FROM talent_flow)
SELECT quarter, any_value(organisation) AS organisation, sum(came)::BIGINT AS came, sum(went)::BIGINT AS went,
    sum(came - went)::BIGINT AS net, organisation_id
FROM (SELECT quarter, to_org_id AS organisation_id, to_org AS organisation, people AS came, 0 AS went FROM flow
    UNION ALL SELECT quarter, from_org_id, from_org, 0, people FROM flow)
GROUP BY quarter, organisation_id;
COMMENT ON VIEW talent_balance IS 'People whom an organisation won from others and lost to others, by quarter.';

CREATE OR REPLACE VIEW source_health AS
SELECT s.source_id, s.url, s.last_polled_at, s.last_success_at, s.last_item_at, s.next_due_at, s.interval_s, s.failures,
    s.last_error, s.gone, coalesce(p.polls, 0) AS polls_30d, coalesce(p.failed, 0) AS failed_30d,
    coalesce(p.new_items, 0) AS new_items_30d, coalesce(p.overlap_lost, 0) AS overlap_lost_30d,
    p.seconds AS seconds_30d, coalesce(a.articles, 0) AS articles_30d, a.lag_hours AS lag_hours_30d
FROM store.feed_states s
LEFT JOIN (SELECT source_id, count(*) AS polls, count(*) FILTER (outcome IN ('failed', 'gone')) AS failed,
        sum(new_items) AS new_items, count(*) FILTER (overlap_lost) AS overlap_lost, round(avg(seconds), 3) AS seconds
    FROM store.feed_polls WHERE outcome <> 'not-due'
        AND polled_at > (SELECT max(polled_at) FROM store.feed_polls) - INTERVAL 30 DAY GROUP BY source_id) p
    USING (source_id)
LEFT JOIN (SELECT source_id, count(*) AS articles,
        round(median(date_diff('minute', published_at, known_at)) / 60, 1) AS lag_hours
    FROM store.articles WHERE known_at > (SELECT max(polled_at) FROM store.feed_polls) - INTERVAL 30 DAY
    GROUP BY source_id) a USING (source_id);
COMMENT ON VIEW source_health IS 'How each feed does, now and over the last thirty days of polling.';

CREATE OR REPLACE VIEW quality_results AS
SELECT run_id, as_of, suite, expectation, subject, severity, success, observed, failed_rows, advice
FROM store.quality_results;
COMMENT ON VIEW quality_results IS 'Outcome of every expectation in every published run.';

CREATE OR REPLACE VIEW quarantine AS
SELECT record_id, stage, kind, reason, detail, payload, source_id, quarantined_at, run_id, released_at, released_by
FROM store.quarantine;
COMMENT ON VIEW quarantine IS 'Records set aside, with the reason.';

CREATE OR REPLACE VIEW runs AS SELECT run_id, as_of, generation, detector, counts FROM store.runs;
COMMENT ON VIEW runs IS 'Published runs.';

CREATE OR REPLACE VIEW entities AS
SELECT entity_id, kind, name, aliases, parent_id, merged_into, known_at FROM store.entities;
COMMENT ON VIEW entities IS 'People and organisations, once for all scripts.';

CREATE OR REPLACE VIEW proposals AS
SELECT p.proposal_id, p.kind, p.left_id, l.name AS left_name, p.right_id, r.name AS right_name, p.likeness, p.why,
    lm.quote AS left_quote, la.lang AS left_lang, la.url AS left_url, rm.quote AS right_quote, ra.lang AS right_lang,
    ra.url AS right_url, p.known_at
FROM store.entity_proposals p
JOIN store.entities l ON l.entity_id = p.left_id JOIN store.entities r ON r.entity_id = p.right_id
LEFT JOIN store.moves lm ON lm.move_id = p.left_move LEFT JOIN store.articles la ON la.article_id = lm.article_id
LEFT JOIN store.moves rm ON rm.move_id = p.right_move LEFT JOIN store.articles ra ON ra.article_id = rm.article_id
WHERE p.answer = '' AND l.merged_into IS NULL AND r.merged_into IS NULL;
COMMENT ON VIEW proposals IS 'Two people who may be one and wait for somebody to say so.';

-- Columns that are computed, or that mean something else than in the table they come from. The others have the comment
-- of their table (views.py).
COMMENT ON COLUMN status_changes.changed_at IS 'When the status changed.';
COMMENT ON COLUMN status_changes.status IS 'Status from then on.';
COMMENT ON COLUMN status_changes.move_id IS 'Move that caused it.';
COMMENT ON COLUMN status_changes.cause IS 'Why, in words.';
COMMENT ON COLUMN reasons.feature IS 'What counts.';
COMMENT ON COLUMN reasons.value IS 'What it is in this event.';
COMMENT ON COLUMN reasons.points IS 'What it adds to the score, or takes off.';
COMMENT ON COLUMN reasons.move_id IS 'Move whose sentence carries it; empty where none does.';
COMMENT ON COLUMN evidence.field IS 'Where the quote stands: title or text.';
COMMENT ON COLUMN evidence.start IS 'First code point of the quote in that field, from 0.';
COMMENT ON COLUMN evidence."end" IS 'Code point after the last of the quote.';
COMMENT ON COLUMN evidence.stance IS 'supports, or denies where the article denies it.';
COMMENT ON COLUMN evidence.proof IS 'What the quote shows by itself: 2 for naming the person, and 1 for naming an organisation of the move.';
COMMENT ON COLUMN proposals.left_name IS 'Name of the one.';
COMMENT ON COLUMN proposals.right_name IS 'Name of the other.';
COMMENT ON COLUMN proposals.left_quote IS 'Sentence that names the one.';
COMMENT ON COLUMN proposals.right_quote IS 'Sentence that names the other.';
COMMENT ON COLUMN proposals.left_lang IS 'Language of left_quote.';
COMMENT ON COLUMN proposals.right_lang IS 'Language of right_quote.';
COMMENT ON COLUMN proposals.left_url IS 'Article of left_quote.';
COMMENT ON COLUMN proposals.right_url IS 'Article of right_quote.';
COMMENT ON COLUMN talent_flow.quarter IS 'Quarter in which they went, as 2026-Q4.';
COMMENT ON COLUMN talent_flow.people IS 'How many went.';
COMMENT ON COLUMN talent_flow.event_ids IS 'Their events.';
COMMENT ON COLUMN talent_flow.from_org IS 'Name of the organisation left.';
COMMENT ON COLUMN talent_flow.to_org IS 'Name of the organisation joined.';
COMMENT ON COLUMN talent_balance.quarter IS 'Quarter, as 2026-Q4.';
COMMENT ON COLUMN talent_balance.organisation IS 'Organisation.';
COMMENT ON COLUMN talent_balance.organisation_id IS 'Its id.';
COMMENT ON COLUMN talent_balance.came IS 'How many came to it from another organisation.';
COMMENT ON COLUMN talent_balance.went IS 'How many went from it to another organisation.';
COMMENT ON COLUMN talent_balance.net IS 'Those who came less those who went.';
COMMENT ON COLUMN source_health.polls_30d IS 'Polls.';
COMMENT ON COLUMN source_health.failed_30d IS 'Polls that failed.';
COMMENT ON COLUMN source_health.new_items_30d IS 'New entries.';
COMMENT ON COLUMN source_health.overlap_lost_30d IS 'Polls after which entries may have been missed.';
COMMENT ON COLUMN source_health.seconds_30d IS 'Mean seconds a poll took.';
COMMENT ON COLUMN source_health.articles_30d IS 'Articles stored.';
COMMENT ON COLUMN source_health.lag_hours_30d IS 'Median hours from publication to our first knowing.';
