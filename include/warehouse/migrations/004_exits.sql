-- What flagging reads of departures, a narrow row each: it no longer reads all that was ever believed.
CREATE TABLE store.exits (
    event_id VARCHAR PRIMARY KEY,
    organisation_id VARCHAR,
    organisation VARCHAR,
    person_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    status VARCHAR NOT NULL,
    reason_stated VARCHAR,
    day DATE,
    reported_on DATE,
    observed_since DATE
);
COMMENT ON TABLE store.exits IS 'What is counted of each departure that is believed now: who left whom, and on which day.';
COMMENT ON COLUMN store.exits.event_id IS 'The departure.';
COMMENT ON COLUMN store.exits.organisation_id IS 'Organisation left.';
COMMENT ON COLUMN store.exits.organisation IS 'Its name.';
COMMENT ON COLUMN store.exits.person_id IS 'Who.';
COMMENT ON COLUMN store.exits.person IS 'Name of the person.';
COMMENT ON COLUMN store.exits.status IS 'Status of the departure.';
COMMENT ON COLUMN store.exits.reason_stated IS 'Reason given.';
COMMENT ON COLUMN store.exits.day IS 'Day that it counts for: exit_day; empty for undated history.';
COMMENT ON COLUMN store.exits.reported_on IS 'Day of the first report.';
COMMENT ON COLUMN store.exits.observed_since IS 'Day of the first step of its status, where it was news.';

INSERT INTO store.exits
SELECT event_id, from_org_id, from_org, person_id, person, status, reason_stated,
    CASE WHEN date_precision = 'day' THEN try_cast(date AS DATE)
        WHEN date_precision = 'month' AND strftime(first_reported_at, '%Y-%m') = date THEN first_reported_at::DATE
        WHEN date_precision = 'month' THEN try_cast(date || '-01' AS DATE)
            + day(last_day(try_cast(date || '-01' AS DATE)))::INTEGER // 2 - 1
        WHEN focus = 'main' AND coalesce(date, '') IN ('', year(first_reported_at)::VARCHAR)
            THEN first_reported_at::DATE END,
    first_reported_at::DATE, if(focus = 'main', history[1]."at"::DATE, NULL)
FROM store.event_versions
WHERE known_to IS NULL AND kind = 'departure' AND review NOT IN ('rejected', 'taken-down') ORDER BY event_id;

-- Windows are computed anew where something behind them changed.
ALTER TABLE store.exodus ADD COLUMN stale BOOLEAN DEFAULT FALSE;
ALTER TABLE store.exodus ALTER COLUMN stale SET NOT NULL;
COMMENT ON COLUMN store.exodus.stale IS 'Somebody behind it was taken back after it was computed: the next run does it again.';
