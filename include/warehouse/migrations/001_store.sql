-- The tables beneath the views. Readers use the views in `main`; these tables live in `store`.
-- All times are UTC. Ids are sixteen hexadecimal digits unless a comment says otherwise.
CREATE SCHEMA store;

CREATE TABLE store.generation (
    number BIGINT PRIMARY KEY CHECK (number >= 0),
    run_id VARCHAR NOT NULL,
    as_of TIMESTAMP
);
COMMENT ON TABLE store.generation IS 'Which generation of the published file this is: one row.';
COMMENT ON COLUMN store.generation.number IS 'Counts publications, from 0 (nothing published yet).';
COMMENT ON COLUMN store.generation.run_id IS 'Run that made this generation; empty for 0.';
COMMENT ON COLUMN store.generation.as_of IS 'Time that the run took for now.';

CREATE TABLE store.runs (
    run_id VARCHAR PRIMARY KEY,
    as_of TIMESTAMP NOT NULL,
    generation BIGINT NOT NULL,
    detector VARCHAR NOT NULL,
    counts MAP(VARCHAR, BIGINT) NOT NULL
);
COMMENT ON TABLE store.runs IS 'One row for each run that was published.';
COMMENT ON COLUMN store.runs.run_id IS 'Name of the run, as the scheduler or the command gave it.';
COMMENT ON COLUMN store.runs.as_of IS 'Time that the run took for now.';
COMMENT ON COLUMN store.runs.generation IS 'Generation of the file that the run made.';
COMMENT ON COLUMN store.runs.detector IS 'Name and version of the detector that read the articles.';
COMMENT ON COLUMN store.runs.counts IS 'What the run did, by name: articles, versions, moves, events, flagged and others.';

CREATE TABLE store.articles (
    article_id VARCHAR PRIMARY KEY,
    version INTEGER NOT NULL CHECK (version >= 1),
    source_id VARCHAR NOT NULL,
    source_kind VARCHAR NOT NULL CHECK (source_kind IN ('lab', 'filing', 'wire', 'press')),
    source_ref VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    canonical_url VARCHAR NOT NULL,
    lang VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    published_at TIMESTAMP,
    modified_at TIMESTAMP,
    fetched_at TIMESTAMP NOT NULL,
    known_at TIMESTAMP NOT NULL,
    completeness VARCHAR NOT NULL CHECK (completeness IN ('full', 'summary')),
    site_name VARCHAR NOT NULL,
    keywords VARCHAR[] NOT NULL,
    paywalled BOOLEAN NOT NULL,
    cites VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    copy_of VARCHAR,
    copy_kind VARCHAR CHECK (copy_kind IN ('url', 'content', 'near')),
    content_hash VARCHAR NOT NULL,
    field_sources MAP(VARCHAR, VARCHAR) NOT NULL,
    cleaning MAP(VARCHAR, BIGINT) NOT NULL,
    archive_path VARCHAR,
    archive_offset BIGINT,
    text_id BIGINT NOT NULL,
    text_length INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    CHECK ((copy_of IS NULL) = (copy_kind IS NULL)),
    CHECK (copy_of <> article_id)
);
COMMENT ON TABLE store.articles IS 'The current version of every article, without its text (which is Parquet).';
COMMENT ON COLUMN store.articles.article_id IS 'Stable id, from the canonical URL or from source and identity.';
COMMENT ON COLUMN store.articles.version IS 'Counts the contents seen under this id, from 1.';
COMMENT ON COLUMN store.articles.source_id IS 'Feed that brought the article first.';
COMMENT ON COLUMN store.articles.source_kind IS 'Kind of that feed: lab, filing, wire or press.';
COMMENT ON COLUMN store.articles.source_ref IS 'Its id where it was imported from; empty for fetched ones.';
COMMENT ON COLUMN store.articles.url IS 'Where it was fetched.';
COMMENT ON COLUMN store.articles.canonical_url IS 'Its address without tracking parameters; empty where there is none.';
COMMENT ON COLUMN store.articles.lang IS 'Language of the text, or unsupported.';
COMMENT ON COLUMN store.articles.title IS 'Headline without the name of the site.';
COMMENT ON COLUMN store.articles.authors IS 'Authors as people.';
COMMENT ON COLUMN store.articles.published_at IS 'When the publisher says it appeared.';
COMMENT ON COLUMN store.articles.modified_at IS 'When the publisher says it was last changed.';
COMMENT ON COLUMN store.articles.fetched_at IS 'When this version was fetched.';
COMMENT ON COLUMN store.articles.known_at IS 'Time of the run that first stored the article.';
COMMENT ON COLUMN store.articles.completeness IS 'full, or summary where only the words of the feed are to be had.';
COMMENT ON COLUMN store.articles.site_name IS 'Name of the site as the page gives it.';
COMMENT ON COLUMN store.articles.keywords IS 'Keywords that the page gives.';
COMMENT ON COLUMN store.articles.paywalled IS 'Whether the page says that its text is cut for non-subscribers.';
COMMENT ON COLUMN store.articles.cites IS 'Who the text names as having said it first; empty where nobody.';
COMMENT ON COLUMN store.articles.origin IS 'Independent origin: of the original of a copy, else who is cited, else the source.';
COMMENT ON COLUMN store.articles.copy_of IS 'article_id of the original, where this is a copy.';
COMMENT ON COLUMN store.articles.copy_kind IS 'How the copy was recognised: url, content (same words) or near (nearly the same words).';
COMMENT ON COLUMN store.articles.content_hash IS 'Hash of folded title and text.';
COMMENT ON COLUMN store.articles.field_sources IS 'Field to the place on the page it was taken from.';
COMMENT ON COLUMN store.articles.cleaning IS 'What the cleaning changed, and how often.';
COMMENT ON COLUMN store.articles.archive_path IS 'WARC file below the archive root that holds the response.';
COMMENT ON COLUMN store.articles.archive_offset IS 'Byte offset of the response in it.';
COMMENT ON COLUMN store.articles.text_id IS 'Key of the text in the article Parquet.';
COMMENT ON COLUMN store.articles.text_length IS 'Code points in the text.';
COMMENT ON COLUMN store.articles.run_id IS 'Run that stored this version.';

CREATE TABLE store.article_versions (
    article_id VARCHAR NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    source_id VARCHAR NOT NULL,
    source_kind VARCHAR NOT NULL CHECK (source_kind IN ('lab', 'filing', 'wire', 'press')),
    source_ref VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    canonical_url VARCHAR NOT NULL,
    lang VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    authors VARCHAR[] NOT NULL,
    published_at TIMESTAMP,
    modified_at TIMESTAMP,
    fetched_at TIMESTAMP NOT NULL,
    known_at TIMESTAMP NOT NULL,
    completeness VARCHAR NOT NULL CHECK (completeness IN ('full', 'summary')),
    site_name VARCHAR NOT NULL,
    keywords VARCHAR[] NOT NULL,
    paywalled BOOLEAN NOT NULL,
    cites VARCHAR NOT NULL,
    origin VARCHAR NOT NULL,
    copy_of VARCHAR,
    copy_kind VARCHAR CHECK (copy_kind IN ('url', 'content', 'near')),
    content_hash VARCHAR NOT NULL,
    field_sources MAP(VARCHAR, VARCHAR) NOT NULL,
    cleaning MAP(VARCHAR, BIGINT) NOT NULL,
    archive_path VARCHAR,
    archive_offset BIGINT,
    text_id BIGINT NOT NULL,
    text_length INTEGER NOT NULL,
    run_id VARCHAR NOT NULL,
    superseded_at TIMESTAMP NOT NULL,
    superseded_by VARCHAR NOT NULL,
    PRIMARY KEY (article_id, version)
);
COMMENT ON TABLE store.article_versions IS 'Earlier versions of edited articles, as they were.';
COMMENT ON COLUMN store.article_versions.article_id IS 'Stable id, from the canonical URL or from source and identity.';
COMMENT ON COLUMN store.article_versions.version IS 'Counts the contents seen under this id, from 1.';
COMMENT ON COLUMN store.article_versions.source_id IS 'Feed that brought the article first.';
COMMENT ON COLUMN store.article_versions.source_kind IS 'Kind of that feed: lab, filing, wire or press.';
COMMENT ON COLUMN store.article_versions.source_ref IS 'Its id where it was imported from; empty for fetched ones.';
COMMENT ON COLUMN store.article_versions.url IS 'Where it was fetched.';
COMMENT ON COLUMN store.article_versions.canonical_url IS 'Its address without tracking parameters; empty where there is none.';
COMMENT ON COLUMN store.article_versions.lang IS 'Language of the text, or unsupported.';
COMMENT ON COLUMN store.article_versions.title IS 'Headline without the name of the site.';
COMMENT ON COLUMN store.article_versions.authors IS 'Authors as people.';
COMMENT ON COLUMN store.article_versions.published_at IS 'When the publisher says it appeared.';
COMMENT ON COLUMN store.article_versions.modified_at IS 'When the publisher says it was last changed.';
COMMENT ON COLUMN store.article_versions.fetched_at IS 'When this version was fetched.';
COMMENT ON COLUMN store.article_versions.known_at IS 'Time of the run that first stored the article.';
COMMENT ON COLUMN store.article_versions.completeness IS 'full, or summary where only the words of the feed are to be had.';
COMMENT ON COLUMN store.article_versions.site_name IS 'Name of the site as the page gives it.';
COMMENT ON COLUMN store.article_versions.keywords IS 'Keywords that the page gives.';
COMMENT ON COLUMN store.article_versions.paywalled IS 'Whether the page says that its text is cut for non-subscribers.';
COMMENT ON COLUMN store.article_versions.cites IS 'Who the text names as having said it first; empty where nobody.';
COMMENT ON COLUMN store.article_versions.origin IS 'Independent origin: of the original of a copy, else who is cited, else the source.';
COMMENT ON COLUMN store.article_versions.copy_of IS 'article_id of the original, where this is a copy.';
COMMENT ON COLUMN store.article_versions.copy_kind IS 'How the copy was recognised: url, content (same words) or near (nearly the same words).';
COMMENT ON COLUMN store.article_versions.content_hash IS 'Hash of folded title and text.';
COMMENT ON COLUMN store.article_versions.field_sources IS 'Field to the place on the page it was taken from.';
COMMENT ON COLUMN store.article_versions.cleaning IS 'What the cleaning changed, and how often.';
COMMENT ON COLUMN store.article_versions.archive_path IS 'WARC file below the archive root that holds the response.';
COMMENT ON COLUMN store.article_versions.archive_offset IS 'Byte offset of the response in it.';
COMMENT ON COLUMN store.article_versions.text_id IS 'Key of the text in the article Parquet.';
COMMENT ON COLUMN store.article_versions.text_length IS 'Code points in the text.';
COMMENT ON COLUMN store.article_versions.run_id IS 'Run that stored this version.';
COMMENT ON COLUMN store.article_versions.superseded_at IS 'Time of the run that brought the next version.';
COMMENT ON COLUMN store.article_versions.superseded_by IS 'Run that brought the next version.';

CREATE TABLE store.sightings (
    article_id VARCHAR NOT NULL,
    source_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    published_at TIMESTAMP,
    seen_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (article_id, source_id)
);
COMMENT ON TABLE store.sightings IS 'Further feeds that brought an article which another feed had brought already.';
COMMENT ON COLUMN store.sightings.article_id IS 'The article.';
COMMENT ON COLUMN store.sightings.source_id IS 'The further feed.';
COMMENT ON COLUMN store.sightings.url IS 'Address that this feed gave.';
COMMENT ON COLUMN store.sightings.published_at IS 'Time of publication that this feed gave.';
COMMENT ON COLUMN store.sightings.seen_at IS 'When it was fetched from there.';
COMMENT ON COLUMN store.sightings.run_id IS 'Run that saw it.';

CREATE TABLE store.signatures (
    article_id VARCHAR NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    minhash BLOB NOT NULL,
    bands VARCHAR[] NOT NULL
);
COMMENT ON TABLE store.signatures IS 'MinHash signatures of the articles of the last weeks, to recognise near copies.';
COMMENT ON COLUMN store.signatures.article_id IS 'The article.';
COMMENT ON COLUMN store.signatures.seen_at IS 'Time of the run that stored it; the window is counted from here.';
COMMENT ON COLUMN store.signatures.minhash IS 'Signature.';
COMMENT ON COLUMN store.signatures.bands IS 'Keys of its bands: articles that share one are compared.';

CREATE TABLE store.moves (
    move_id VARCHAR PRIMARY KEY,
    article_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('departure', 'arrival', 'appointment', 'leave', 'return')),
    person VARCHAR NOT NULL CHECK (person <> ''),
    person_aliases VARCHAR[] NOT NULL,
    from_org VARCHAR,
    from_aliases VARCHAR[] NOT NULL,
    to_org VARCHAR,
    to_aliases VARCHAR[] NOT NULL,
    role_from VARCHAR,
    role_to VARCHAR,
    status VARCHAR NOT NULL CHECK (status IN ('announced', 'reported', 'rumoured', 'denied')),
    focus VARCHAR NOT NULL CHECK (focus IN ('main', 'background')),
    date VARCHAR,
    successor VARCHAR,
    confidence DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    reason_stated VARCHAR,
    acting BOOLEAN NOT NULL,
    rule VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,
    quote VARCHAR NOT NULL CHECK (quote <> ''),
    quote_field VARCHAR NOT NULL CHECK (quote_field IN ('title', 'text')),
    quote_start INTEGER NOT NULL CHECK (quote_start >= 0),
    quote_end INTEGER NOT NULL,
    known_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    CHECK (quote_end > quote_start)
);
COMMENT ON TABLE store.moves IS 'What each article says of a person changing, leaving or taking a post.';
COMMENT ON COLUMN store.moves.move_id IS 'Stable id, from article, kind, person, organisation and place of the evidence.';
COMMENT ON COLUMN store.moves.article_id IS 'The article that says it.';
COMMENT ON COLUMN store.moves.kind IS 'departure, arrival, appointment, leave or return.';
COMMENT ON COLUMN store.moves.person IS 'Name as the article writes it.';
COMMENT ON COLUMN store.moves.person_aliases IS 'Other spellings of the person in the article.';
COMMENT ON COLUMN store.moves.from_org IS 'Organisation left.';
COMMENT ON COLUMN store.moves.from_aliases IS 'Other spellings of it in the article.';
COMMENT ON COLUMN store.moves.to_org IS 'Organisation joined.';
COMMENT ON COLUMN store.moves.to_aliases IS 'Other spellings of it in the article.';
COMMENT ON COLUMN store.moves.role_from IS 'Post left.';
COMMENT ON COLUMN store.moves.role_to IS 'Post taken.';
COMMENT ON COLUMN store.moves.status IS 'What this article says: announced, reported, rumoured or denied.';
COMMENT ON COLUMN store.moves.focus IS 'main, or background where the article only recalls it.';
COMMENT ON COLUMN store.moves.date IS 'When it takes effect, ISO at the precision of the text (2026, 2026-11 or 2026-11-21).';
COMMENT ON COLUMN store.moves.successor IS 'Who takes over.';
COMMENT ON COLUMN store.moves.confidence IS 'Share of such moves that are right, 0 to 1.';
COMMENT ON COLUMN store.moves.reason_stated IS 'Reason that the article gives: resigned, dismissed, retired and others.';
COMMENT ON COLUMN store.moves.acting IS 'Whether the post is held for the time being only.';
COMMENT ON COLUMN store.moves.rule IS 'Frame of the language pack that fired.';
COMMENT ON COLUMN store.moves.detector IS 'Name and version of the detector.';
COMMENT ON COLUMN store.moves.quote IS 'The sentence that says it, verbatim.';
COMMENT ON COLUMN store.moves.quote_field IS 'Where the quote stands: title or text.';
COMMENT ON COLUMN store.moves.quote_start IS 'First code point of the quote in that field, from 0.';
COMMENT ON COLUMN store.moves.quote_end IS 'Code point after the last of the quote.';
COMMENT ON COLUMN store.moves.known_at IS 'Time of the run that found it first.';
COMMENT ON COLUMN store.moves.run_id IS 'Run that stored it.';

CREATE TABLE store.retired_moves (
    move_id VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    person_aliases VARCHAR[] NOT NULL,
    from_org VARCHAR,
    from_aliases VARCHAR[] NOT NULL,
    to_org VARCHAR,
    to_aliases VARCHAR[] NOT NULL,
    role_from VARCHAR,
    role_to VARCHAR,
    status VARCHAR NOT NULL,
    focus VARCHAR NOT NULL,
    date VARCHAR,
    successor VARCHAR,
    confidence DOUBLE NOT NULL,
    reason_stated VARCHAR,
    acting BOOLEAN NOT NULL,
    rule VARCHAR NOT NULL,
    detector VARCHAR NOT NULL,
    quote VARCHAR NOT NULL,
    quote_field VARCHAR NOT NULL,
    quote_start INTEGER NOT NULL,
    quote_end INTEGER NOT NULL,
    known_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    retired_at TIMESTAMP NOT NULL,
    cause VARCHAR NOT NULL CHECK (cause IN ('edited', 'reread', 'quarantined', 'taken-down')),
    retired_by VARCHAR NOT NULL
);
COMMENT ON TABLE store.retired_moves IS 'Moves that are no longer said: the article was edited, re-read by newer rules, or set aside.';
COMMENT ON COLUMN store.retired_moves.move_id IS 'Stable id, from article, kind, person, organisation and place of the evidence.';
COMMENT ON COLUMN store.retired_moves.article_id IS 'The article that says it.';
COMMENT ON COLUMN store.retired_moves.kind IS 'departure, arrival, appointment, leave or return.';
COMMENT ON COLUMN store.retired_moves.person IS 'Name as the article writes it.';
COMMENT ON COLUMN store.retired_moves.person_aliases IS 'Other spellings of the person in the article.';
COMMENT ON COLUMN store.retired_moves.from_org IS 'Organisation left.';
COMMENT ON COLUMN store.retired_moves.from_aliases IS 'Other spellings of it in the article.';
COMMENT ON COLUMN store.retired_moves.to_org IS 'Organisation joined.';
COMMENT ON COLUMN store.retired_moves.to_aliases IS 'Other spellings of it in the article.';
COMMENT ON COLUMN store.retired_moves.role_from IS 'Post left.';
COMMENT ON COLUMN store.retired_moves.role_to IS 'Post taken.';
COMMENT ON COLUMN store.retired_moves.status IS 'What this article says: announced, reported, rumoured or denied.';
COMMENT ON COLUMN store.retired_moves.focus IS 'main, or background where the article only recalls it.';
COMMENT ON COLUMN store.retired_moves.date IS 'When it takes effect, ISO at the precision of the text (2026, 2026-11 or 2026-11-21).';
COMMENT ON COLUMN store.retired_moves.successor IS 'Who takes over.';
COMMENT ON COLUMN store.retired_moves.confidence IS 'Share of such moves that are right, 0 to 1.';
COMMENT ON COLUMN store.retired_moves.reason_stated IS 'Reason that the article gives: resigned, dismissed, retired and others.';
COMMENT ON COLUMN store.retired_moves.acting IS 'Whether the post is held for the time being only.';
COMMENT ON COLUMN store.retired_moves.rule IS 'Frame of the language pack that fired.';
COMMENT ON COLUMN store.retired_moves.detector IS 'Name and version of the detector.';
COMMENT ON COLUMN store.retired_moves.quote IS 'The sentence that says it, verbatim.';
COMMENT ON COLUMN store.retired_moves.quote_field IS 'Where the quote stands: title or text.';
COMMENT ON COLUMN store.retired_moves.quote_start IS 'First code point of the quote in that field, from 0.';
COMMENT ON COLUMN store.retired_moves.quote_end IS 'Code point after the last of the quote.';
COMMENT ON COLUMN store.retired_moves.known_at IS 'Time of the run that found it first.';
COMMENT ON COLUMN store.retired_moves.run_id IS 'Run that stored it.';
COMMENT ON COLUMN store.retired_moves.retired_at IS 'Time of the run that retired it.';
COMMENT ON COLUMN store.retired_moves.cause IS 'edited, reread, quarantined or taken-down.';
COMMENT ON COLUMN store.retired_moves.retired_by IS 'Run that retired it.';

CREATE TABLE store.touched_moves (
    move_id VARCHAR PRIMARY KEY,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.touched_moves IS 'Moves that the latest run added, retired or saw in a new light: their people are merged anew.';
COMMENT ON COLUMN store.touched_moves.move_id IS 'The move.';
COMMENT ON COLUMN store.touched_moves.run_id IS 'The run.';

CREATE TABLE store.erased_moves (
    move_id VARCHAR PRIMARY KEY
);
COMMENT ON TABLE store.erased_moves IS 'Moves removed because a person asked for it: reading the article again does not bring them back.';
COMMENT ON COLUMN store.erased_moves.move_id IS 'Id of the move; it says nothing about the person.';

CREATE TABLE store.move_links (
    move_id VARCHAR PRIMARY KEY,
    person_id VARCHAR,
    from_org_id VARCHAR,
    to_org_id VARCHAR,
    event_id VARCHAR
);
COMMENT ON TABLE store.move_links IS 'What resolving and merging decided about a move.';
COMMENT ON COLUMN store.move_links.move_id IS 'The move.';
COMMENT ON COLUMN store.move_links.person_id IS 'Who it is about.';
COMMENT ON COLUMN store.move_links.from_org_id IS 'Organisation left.';
COMMENT ON COLUMN store.move_links.to_org_id IS 'Organisation joined.';
COMMENT ON COLUMN store.move_links.event_id IS 'Event that the move belongs to.';

CREATE TABLE store.move_keys (
    move_id VARCHAR NOT NULL,
    key VARCHAR NOT NULL CHECK (key <> ''),
    "at" DATE NOT NULL
);
COMMENT ON TABLE store.move_keys IS 'Keys that bring together the moves that may concern one person.';
COMMENT ON COLUMN store.move_keys.move_id IS 'The move.';
COMMENT ON COLUMN store.move_keys.key IS 'name|... holds at any time, near|... only between moves near in time.';
COMMENT ON COLUMN store.move_keys."at" IS 'Day of the move, for near keys.';

CREATE TABLE store.entities (
    entity_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL CHECK (kind IN ('person', 'organisation')),
    name VARCHAR NOT NULL CHECK (name <> ''),
    aliases VARCHAR[] NOT NULL,
    parent_id VARCHAR,
    merged_into VARCHAR,
    known_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    CHECK (merged_into <> entity_id),
    CHECK (parent_id <> entity_id)
);
COMMENT ON TABLE store.entities IS 'People and organisations, once for all scripts. Ids are assigned once and never removed.';
COMMENT ON COLUMN store.entities.entity_id IS 'Stable id.';
COMMENT ON COLUMN store.entities.kind IS 'person or organisation.';
COMMENT ON COLUMN store.entities.name IS 'Name to show.';
COMMENT ON COLUMN store.entities.aliases IS 'Other names, in any script.';
COMMENT ON COLUMN store.entities.parent_id IS 'Organisation that this one is a unit of.';
COMMENT ON COLUMN store.entities.merged_into IS 'Id that this one turned out to be.';
COMMENT ON COLUMN store.entities.known_at IS 'Time of the run that saw it first.';
COMMENT ON COLUMN store.entities.run_id IS 'Run that changed it last.';

CREATE TABLE store.decisions (
    decision_id VARCHAR PRIMARY KEY,
    action VARCHAR NOT NULL,
    target VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    payload JSON NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.decisions IS 'Decisions of people, as applied: approvals, merges, splits, corrections, takedowns, releases.';
COMMENT ON COLUMN store.decisions.decision_id IS 'Id of the decision, from its file in the inbox.';
COMMENT ON COLUMN store.decisions.action IS 'approve, reject, merge, split, set, takedown, release and others.';
COMMENT ON COLUMN store.decisions.target IS 'Id of the event, entity or record it is about.';
COMMENT ON COLUMN store.decisions.author IS 'Who decided.';
COMMENT ON COLUMN store.decisions.reason IS 'Why, in the words of the author.';
COMMENT ON COLUMN store.decisions.decided_at IS 'When.';
COMMENT ON COLUMN store.decisions.payload IS 'What else the decision says, as JSON.';
COMMENT ON COLUMN store.decisions.run_id IS 'Run that applied it first.';

CREATE TABLE store.event_versions (
    event_id VARCHAR NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    known_from TIMESTAMP NOT NULL,
    known_to TIMESTAMP,
    closed_by VARCHAR,
    cause VARCHAR NOT NULL,
    state_hash VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('departure', 'arrival', 'appointment', 'leave', 'return')),
    person_id VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    from_org_id VARCHAR,
    from_org VARCHAR,
    to_org_id VARCHAR,
    to_org VARCHAR,
    role_from VARCHAR,
    role_to VARCHAR,
    role_family VARCHAR,
    status VARCHAR NOT NULL
        CHECK (status IN ('announced', 'reported', 'rumoured', 'denied', 'effective', 'retracted')),
    focus VARCHAR NOT NULL CHECK (focus IN ('main', 'background')),
    date VARCHAR,
    date_precision VARCHAR NOT NULL CHECK (date_precision IN ('day', 'month', 'year', 'none')),
    announced_on VARCHAR,
    effective_on VARCHAR,
    first_reported_at TIMESTAMP,
    last_reported_at TIMESTAMP,
    first_known_at TIMESTAMP NOT NULL,
    origins INTEGER NOT NULL CHECK (origins >= 0),
    articles INTEGER NOT NULL CHECK (articles >= 0),
    languages VARCHAR[] NOT NULL,
    move_ids VARCHAR[] NOT NULL,
    acting BOOLEAN NOT NULL,
    reason_stated VARCHAR,
    successor VARCHAR,
    destination_kind VARCHAR,
    group_event_ids VARCHAR[] NOT NULL,
    confidence DOUBLE NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    review VARCHAR NOT NULL CHECK (review IN ('', 'pending', 'approved', 'rejected', 'corrected', 'taken-down')),
    score DOUBLE NOT NULL,
    flagged BOOLEAN NOT NULL,
    alerted BOOLEAN NOT NULL,
    model VARCHAR NOT NULL,
    terms STRUCT(feature VARCHAR, value VARCHAR, points DOUBLE, move_id VARCHAR)[] NOT NULL,
    history STRUCT(status VARCHAR, "at" TIMESTAMP, move_id VARCHAR, cause VARCHAR)[] NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (event_id, version),
    CHECK (known_to >= known_from),
    CHECK ((known_to IS NULL) = (closed_by IS NULL))
);
COMMENT ON TABLE store.event_versions IS 'Everything we ever believed about every event; nothing is overwritten.';
COMMENT ON COLUMN store.event_versions.event_id IS 'Stable id of the event.';
COMMENT ON COLUMN store.event_versions.version IS 'Counts what we believed of it, from 1.';
COMMENT ON COLUMN store.event_versions.known_from IS 'Time of the run from which on we believed this.';
COMMENT ON COLUMN store.event_versions.known_to IS 'Time of the run that ended it; empty: believed now.';
COMMENT ON COLUMN store.event_versions.closed_by IS 'Run that ended it.';
COMMENT ON COLUMN store.event_versions.cause IS 'Why this version came: first report, or the names of the fields that changed.';
COMMENT ON COLUMN store.event_versions.state_hash IS 'Hash of all that this version says, to tell a change from a repetition.';
COMMENT ON COLUMN store.event_versions.kind IS 'departure, arrival, appointment, leave or return.';
COMMENT ON COLUMN store.event_versions.person_id IS 'Who.';
COMMENT ON COLUMN store.event_versions.person IS 'Name of the person.';
COMMENT ON COLUMN store.event_versions.from_org_id IS 'Organisation left.';
COMMENT ON COLUMN store.event_versions.from_org IS 'Name of the organisation left.';
COMMENT ON COLUMN store.event_versions.to_org_id IS 'Organisation joined.';
COMMENT ON COLUMN store.event_versions.to_org IS 'Name of the organisation joined.';
COMMENT ON COLUMN store.event_versions.role_from IS 'Post left.';
COMMENT ON COLUMN store.event_versions.role_to IS 'Post taken.';
COMMENT ON COLUMN store.event_versions.role_family IS 'Seniority family of the post.';
COMMENT ON COLUMN store.event_versions.status IS 'rumoured, reported, announced, effective, denied or retracted.';
COMMENT ON COLUMN store.event_versions.focus IS 'main if any article is about it, else background.';
COMMENT ON COLUMN store.event_versions.date IS 'Best date, ISO at its precision.';
COMMENT ON COLUMN store.event_versions.date_precision IS 'day, month, year or none.';
COMMENT ON COLUMN store.event_versions.announced_on IS 'Day of the announcement, ISO.';
COMMENT ON COLUMN store.event_versions.effective_on IS 'Day it takes effect, ISO at its precision.';
COMMENT ON COLUMN store.event_versions.first_reported_at IS 'When the first article about it appeared.';
COMMENT ON COLUMN store.event_versions.last_reported_at IS 'When the latest article about it appeared.';
COMMENT ON COLUMN store.event_versions.first_known_at IS 'Time of the run that first knew of it.';
COMMENT ON COLUMN store.event_versions.origins IS 'Independent origins that report it.';
COMMENT ON COLUMN store.event_versions.articles IS 'Articles that report it, copies included.';
COMMENT ON COLUMN store.event_versions.languages IS 'Languages it is reported in.';
COMMENT ON COLUMN store.event_versions.move_ids IS 'Moves that it was merged from.';
COMMENT ON COLUMN store.event_versions.acting IS 'Whether the post is held for the time being only.';
COMMENT ON COLUMN store.event_versions.reason_stated IS 'Reason given.';
COMMENT ON COLUMN store.event_versions.successor IS 'Who takes over.';
COMMENT ON COLUMN store.event_versions.destination_kind IS 'rival, own-company, academia, government, retirement or other.';
COMMENT ON COLUMN store.event_versions.group_event_ids IS 'Events of people who went together.';
COMMENT ON COLUMN store.event_versions.confidence IS 'Confidence in the event, 0 to 1.';
COMMENT ON COLUMN store.event_versions.review IS 'Decision of a person: empty, pending, approved, rejected, corrected or taken-down.';
COMMENT ON COLUMN store.event_versions.score IS 'Notability.';
COMMENT ON COLUMN store.event_versions.flagged IS 'Whether it is shown on the board.';
COMMENT ON COLUMN store.event_versions.alerted IS 'Whether it is worth an alert.';
COMMENT ON COLUMN store.event_versions.model IS 'Version of the weights behind the score; empty where not scored.';
COMMENT ON COLUMN store.event_versions.terms IS 'The summands of the score, each with the move whose sentence carries it.';
COMMENT ON COLUMN store.event_versions.history IS 'Steps of the status, each with the move that caused it.';
COMMENT ON COLUMN store.event_versions.run_id IS 'Run that brought this version.';

CREATE TABLE store.event_redirects (
    event_id VARCHAR PRIMARY KEY,
    merged_into VARCHAR,
    closed_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    CHECK (merged_into <> event_id)
);
COMMENT ON TABLE store.event_redirects IS 'Events that are no longer there, and where their moves went.';
COMMENT ON COLUMN store.event_redirects.event_id IS 'The event that is gone.';
COMMENT ON COLUMN store.event_redirects.merged_into IS 'Event that it turned out to be; empty where nothing says it any more.';
COMMENT ON COLUMN store.event_redirects.closed_at IS 'Time of the run that closed it.';
COMMENT ON COLUMN store.event_redirects.run_id IS 'Run that closed it.';

CREATE TABLE store.exodus (
    organisation_id VARCHAR NOT NULL,
    organisation VARCHAR NOT NULL,
    window_start DATE NOT NULL,
    window_end DATE NOT NULL,
    observed INTEGER NOT NULL CHECK (observed >= 0),
    expected DOUBLE NOT NULL CHECK (expected >= 0),
    p_value DOUBLE NOT NULL CHECK (p_value BETWEEN 0 AND 1),
    q_value DOUBLE NOT NULL CHECK (q_value BETWEEN 0 AND 1),
    significant BOOLEAN NOT NULL,
    people VARCHAR[] NOT NULL,
    event_ids VARCHAR[] NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (organisation_id, window_end),
    CHECK (window_end >= window_start)
);
COMMENT ON TABLE store.exodus IS 'Departures of an organisation in 30 days against its own previous twelve months.';
COMMENT ON COLUMN store.exodus.organisation_id IS 'The organisation.';
COMMENT ON COLUMN store.exodus.organisation IS 'Its name.';
COMMENT ON COLUMN store.exodus.window_start IS 'First day of the window.';
COMMENT ON COLUMN store.exodus.window_end IS 'Last day of the window.';
COMMENT ON COLUMN store.exodus.observed IS 'People who left in the window.';
COMMENT ON COLUMN store.exodus.expected IS 'People expected to leave in such a window.';
COMMENT ON COLUMN store.exodus.p_value IS 'Chance of seeing as many or more if nothing has changed.';
COMMENT ON COLUMN store.exodus.q_value IS 'The same after Benjamini-Hochberg over all organisations.';
COMMENT ON COLUMN store.exodus.significant IS 'Whether it counts as an exodus.';
COMMENT ON COLUMN store.exodus.people IS 'Who left.';
COMMENT ON COLUMN store.exodus.event_ids IS 'Their departures.';
COMMENT ON COLUMN store.exodus.run_id IS 'Run that computed it.';

CREATE TABLE store.feed_states (
    source_id VARCHAR PRIMARY KEY,
    url VARCHAR NOT NULL,
    etag VARCHAR,
    last_modified VARCHAR,
    body_hash VARCHAR,
    interval_s DOUBLE NOT NULL CHECK (interval_s > 0),
    next_due_at TIMESTAMP,
    last_polled_at TIMESTAMP,
    last_success_at TIMESTAMP,
    last_full_at TIMESTAMP,
    last_item_at TIMESTAMP,
    failures DOUBLE NOT NULL CHECK (failures >= 0),
    last_error VARCHAR NOT NULL,
    redirect_target VARCHAR,
    redirect_count INTEGER NOT NULL CHECK (redirect_count >= 0),
    gone BOOLEAN NOT NULL,
    recent_ids VARCHAR[] NOT NULL,
    source_url VARCHAR NOT NULL
);
COMMENT ON TABLE store.feed_states IS 'What is remembered of each feed between polls.';
COMMENT ON COLUMN store.feed_states.source_id IS 'The feed.';
COMMENT ON COLUMN store.feed_states.url IS 'Where it is polled now.';
COMMENT ON COLUMN store.feed_states.etag IS 'ETag of the last full answer.';
COMMENT ON COLUMN store.feed_states.last_modified IS 'Last-Modified of the last full answer.';
COMMENT ON COLUMN store.feed_states.body_hash IS 'Hash of the last body.';
COMMENT ON COLUMN store.feed_states.interval_s IS 'Seconds between polls.';
COMMENT ON COLUMN store.feed_states.next_due_at IS 'When it is polled next.';
COMMENT ON COLUMN store.feed_states.last_polled_at IS 'Last poll.';
COMMENT ON COLUMN store.feed_states.last_success_at IS 'Last poll that was answered.';
COMMENT ON COLUMN store.feed_states.last_full_at IS 'Last poll without conditions.';
COMMENT ON COLUMN store.feed_states.last_item_at IS 'When it last brought something new.';
COMMENT ON COLUMN store.feed_states.failures IS 'Weighted failures since the last success.';
COMMENT ON COLUMN store.feed_states.last_error IS 'What went wrong last; empty after a success.';
COMMENT ON COLUMN store.feed_states.redirect_target IS 'Where a permanent redirect points.';
COMMENT ON COLUMN store.feed_states.redirect_count IS 'How often it pointed there in a row.';
COMMENT ON COLUMN store.feed_states.gone IS 'Whether the feed said that it is gone for good.';
COMMENT ON COLUMN store.feed_states.recent_ids IS 'Entries of the last polls as item:revision, newest first.';
COMMENT ON COLUMN store.feed_states.source_url IS 'Address in the source list that this state belongs to.';

CREATE TABLE store.feed_polls (
    source_id VARCHAR NOT NULL,
    polled_at TIMESTAMP NOT NULL,
    outcome VARCHAR NOT NULL
        CHECK (outcome IN ('new', 'empty', 'not-modified', 'failed', 'gone', 'not-due')),
    http_status INTEGER,
    items INTEGER NOT NULL CHECK (items >= 0),
    new_items INTEGER NOT NULL CHECK (new_items >= 0),
    overlap_lost BOOLEAN NOT NULL,
    error VARCHAR NOT NULL,
    seconds DOUBLE NOT NULL CHECK (seconds >= 0),
    dropped MAP(VARCHAR, BIGINT) NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE store.feed_polls IS 'What each poll of each feed gave.';
COMMENT ON COLUMN store.feed_polls.source_id IS 'The feed.';
COMMENT ON COLUMN store.feed_polls.polled_at IS 'When.';
COMMENT ON COLUMN store.feed_polls.outcome IS 'new, empty, not-modified, failed, gone or not-due.';
COMMENT ON COLUMN store.feed_polls.http_status IS 'Status of the answer; empty where none came.';
COMMENT ON COLUMN store.feed_polls.items IS 'Entries in the feed.';
COMMENT ON COLUMN store.feed_polls.new_items IS 'Entries not seen before.';
COMMENT ON COLUMN store.feed_polls.overlap_lost IS 'No entry of the previous poll was left: entries may have been missed.';
COMMENT ON COLUMN store.feed_polls.error IS 'What went wrong; empty where nothing.';
COMMENT ON COLUMN store.feed_polls.seconds IS 'How long it took.';
COMMENT ON COLUMN store.feed_polls.dropped IS 'Entries that could not be used, by reason.';
COMMENT ON COLUMN store.feed_polls.run_id IS 'Run that polled.';

CREATE TABLE store.quality_results (
    run_id VARCHAR NOT NULL,
    as_of TIMESTAMP NOT NULL,
    suite VARCHAR NOT NULL,
    expectation VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    severity VARCHAR NOT NULL CHECK (severity IN ('stop', 'warn')),
    success BOOLEAN NOT NULL,
    observed VARCHAR NOT NULL,
    failed_rows BIGINT NOT NULL CHECK (failed_rows >= 0),
    advice VARCHAR NOT NULL,
    PRIMARY KEY (run_id, suite, expectation, subject)
);
COMMENT ON TABLE store.quality_results IS 'Outcome of every expectation in every run.';
COMMENT ON COLUMN store.quality_results.run_id IS 'The run.';
COMMENT ON COLUMN store.quality_results.as_of IS 'Time that the run took for now.';
COMMENT ON COLUMN store.quality_results.suite IS 'articles, moves, events, flags or sources.';
COMMENT ON COLUMN store.quality_results.expectation IS 'Name of the expectation.';
COMMENT ON COLUMN store.quality_results.subject IS 'Column, source or table it is about.';
COMMENT ON COLUMN store.quality_results.severity IS 'stop or warn.';
COMMENT ON COLUMN store.quality_results.success IS 'Whether it was met.';
COMMENT ON COLUMN store.quality_results.observed IS 'What was found.';
COMMENT ON COLUMN store.quality_results.failed_rows IS 'Rows that failed.';
COMMENT ON COLUMN store.quality_results.advice IS 'What to do when it is not met.';

CREATE TABLE store.quarantine (
    record_id VARCHAR NOT NULL,
    stage VARCHAR NOT NULL CHECK (stage IN ('fetch', 'read', 'check', 'audit')),
    kind VARCHAR NOT NULL CHECK (kind IN ('page', 'article', 'move', 'event')),
    reason VARCHAR NOT NULL CHECK (reason <> ''),
    detail VARCHAR NOT NULL,
    payload JSON,
    source_id VARCHAR NOT NULL,
    quarantined_at TIMESTAMP NOT NULL,
    run_id VARCHAR NOT NULL,
    released_at TIMESTAMP,
    released_by VARCHAR,
    PRIMARY KEY (record_id, stage, reason),
    CHECK ((released_at IS NULL) = (released_by IS NULL))
);
COMMENT ON TABLE store.quarantine IS 'Records set aside, with the reason; a person can release them.';
COMMENT ON COLUMN store.quarantine.record_id IS 'Id of the page, article, move or event.';
COMMENT ON COLUMN store.quarantine.stage IS 'Step that set it aside: fetch, read, check or audit.';
COMMENT ON COLUMN store.quarantine.kind IS 'page, article, move or event.';
COMMENT ON COLUMN store.quarantine.reason IS 'Stable short code.';
COMMENT ON COLUMN store.quarantine.detail IS 'The reason in a sentence.';
COMMENT ON COLUMN store.quarantine.payload IS 'The record as JSON, so that it can be released.';
COMMENT ON COLUMN store.quarantine.source_id IS 'Feed it came from.';
COMMENT ON COLUMN store.quarantine.quarantined_at IS 'Time of the run that set it aside.';
COMMENT ON COLUMN store.quarantine.run_id IS 'Run that set it aside.';
COMMENT ON COLUMN store.quarantine.released_at IS 'When a person released it; empty while it is held.';
COMMENT ON COLUMN store.quarantine.released_by IS 'Who released it.';

INSERT INTO store.generation VALUES (0, '', NULL);
