"""One frozen dataclass a stage: what the rooms hand to one another.

All times are timezone-aware `datetime`, in UTC, except those that a publisher states: `published_at`, `updated_at` and
`modified_at` keep the offset of the place, so that their `date()` is the day there (07:30 in Seoul is the day before in
UTC). All dates that a text states are ISO strings at the precision that the text gives (`2026`, `2026-11`,
`2026-11-21`). Offsets count Unicode code points.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

MoveKind = Literal["departure", "arrival", "appointment", "leave", "return"]
MoveStatus = Literal["announced", "reported", "rumoured", "denied"]
EventStatus = Literal["announced", "reported", "rumoured", "denied", "effective", "retracted"]
Focus = Literal["main", "background"]
Completeness = Literal["full", "summary"]
TextField = Literal["title", "text"]

MOVE_KINDS: tuple[MoveKind, ...] = ("departure", "arrival", "appointment", "leave", "return")
MOVE_STATUSES: tuple[MoveStatus, ...] = ("announced", "reported", "rumoured", "denied")
# A language is one that has a pack: adding one is adding its file.
LANGUAGES: tuple[str, ...] = tuple(
    sorted(pack.stem for pack in (Path(__file__).parent / "knowledge" / "languages").glob("*.yaml"))
)
UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry of a feed, as the feed tells it."""

    item_id: str  # stable: sha256 of source_id and identity, 16 hex digits
    source_id: str
    guid: str | None
    url: str  # where the article is; "" for an entry without a link
    canonical_url: str  # without tracking parameters; the key for duplicates
    title: str
    summary: str  # plain text
    authors: tuple[str, ...]
    published_at: datetime | None  # strict: None rather than a guess
    updated_at: datetime | None
    lang: str | None  # what the feed says of itself or the entry
    seen_at: datetime  # `as_of` of the poll that found it
    revision: str = ""  # hash of title, summary and updated: an edited entry is a new version


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to fetching one entry, or why there is none. The body is in the archive."""

    item: FeedItem
    final_url: str
    http_status: int | None  # None: nothing came back
    fetched_at: datetime
    archive_path: str | None  # WARC file below the archive root
    archive_offset: int | None  # byte offset of the response record in it
    content_type: str
    completeness: Completeness  # "summary": only the feed's own words are to be had
    reason: str  # "" or why the page is not there: robots, http-403, timeout, too-large, paywall ...


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned article, or a feed's summary standing in for one."""

    article_id: str  # stable: sha256 of the canonical URL (or source and identity), 16 hex digits
    source_id: str
    source_ref: str  # id where it was imported from; "" for fetched ones
    url: str
    canonical_url: str
    lang: str  # one of LANGUAGES or "unsupported"
    title: str
    text: str
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    fetched_at: datetime
    completeness: Completeness
    site_name: str = ""
    keywords: tuple[str, ...] = ()
    paywalled: bool = False
    origin: str = ""  # who first said it, where the text cites them ("The Information"); else ""
    content_hash: str = ""  # sha256 of folded title and text, 16 hex digits
    minhash: bytes = b""  # signature for near-duplicates, empty for very short texts
    field_sources: tuple[tuple[str, str], ...] = ()  # (field, where it was taken from)
    cleaning: tuple[tuple[str, int], ...] = ()  # (what was changed, how often)
    archive_path: str | None = None
    archive_offset: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a detector reads: one article's words and no more."""

    doc_id: str
    lang: str
    title: str
    text: str
    published: str | None = None  # ISO date that relative dates are resolved against


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verbatim span: `getattr(article, field)[start:end] == quote`, always."""

    field: TextField
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Move:
    """One person changing, leaving or taking a post, as one article reports it."""

    kind: MoveKind
    person: str
    from_org: str | None
    to_org: str | None
    status: MoveStatus
    focus: Focus
    evidence: Evidence
    person_aliases: tuple[str, ...] = ()
    from_aliases: tuple[str, ...] = ()
    to_aliases: tuple[str, ...] = ()
    role_from: str | None = None
    role_to: str | None = None
    date: str | None = None
    successor: str | None = None
    confidence: float = 0.5  # 0..1, calibrated on the corpus: the share of such moves that are right
    reason_stated: str | None = None  # resigned, dismissed, retired, laid-off, poached, own-company ...
    acting: bool = False
    rule: str = ""  # frame of the language pack that fired
    detector: str = ""  # name and version


@dataclass(frozen=True, slots=True)
class StoredMove:
    """A move with its place in the warehouse: what resolving needs of an article besides the move."""

    move_id: str  # stable: sha256 of article, kind, person, organisation and evidence start
    article_id: str
    move: Move
    lang: str
    source_id: str
    origin: str  # independent origin; the source's id where the article cites nobody
    published_at: datetime | None
    known_at: datetime  # when we first had it (`as_of` of its run)
    source_kind: str = "press"  # lab | filing | wire | press


@dataclass(frozen=True, slots=True)
class Entity:
    """A person or an organisation, once for all scripts."""

    entity_id: str
    kind: Literal["person", "organisation"]
    name: str
    aliases: tuple[str, ...] = ()
    parent_id: str | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One step in an event's life, with the move that caused it."""

    status: EventStatus
    at: datetime
    move_id: str | None
    cause: str


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, merged from every article that tells it. Columns of the view `events`."""

    event_id: str
    kind: MoveKind
    person_id: str
    person: str
    from_org_id: str | None
    from_org: str | None
    to_org_id: str | None
    to_org: str | None
    role_from: str | None
    role_to: str | None
    status: EventStatus
    focus: Focus
    date: str | None
    date_precision: Literal["day", "month", "year", "none"]
    announced_on: str | None
    effective_on: str | None
    first_reported_at: datetime | None
    last_reported_at: datetime | None
    known_from: datetime
    origins: int
    articles: int
    languages: tuple[str, ...]
    move_ids: tuple[str, ...]
    history: tuple[StatusChange, ...] = ()
    role_family: str | None = None
    acting: bool = False
    reason_stated: str | None = None
    successor: str | None = None
    destination_kind: str | None = None  # rival, own-company, academia, government, retirement, other
    group_event_ids: tuple[str, ...] = ()  # who went together
    confidence: float = 0.5
    review: str = ""  # "", pending, approved, rejected, corrected, taken-down
    merged_into: str | None = None  # the surviving event; such a row keeps the old id resolvable and is in no view


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a score, with what it rests on."""

    feature: str
    value: str
    points: float
    move_id: str | None = None  # the evidence, where a sentence carries it


@dataclass(frozen=True, slots=True)
class Flag:
    """Why an event matters, or how far it is from mattering."""

    event_id: str
    score: float
    shown: bool
    alerted: bool
    terms: tuple[Term, ...] = ()
    model: str = ""  # version of the weights


@dataclass(frozen=True, slots=True)
class Exit:
    """What is counted of a departure."""

    event_id: str
    organisation_id: str | None
    organisation: str | None
    person_id: str
    person: str
    status: EventStatus
    reason_stated: str | None
    day: date | None  # that it counts for; None for undated history
    reported_on: date | None
    observed_since: date | None  # day of the first step of its status, a rumour's too, where it was news


@dataclass(frozen=True, slots=True)
class ExodusWindow:
    """Departures of one organisation in 30 days against its own previous twelve months."""

    organisation_id: str
    organisation: str
    window_start: str
    window_end: str
    observed: int
    expected: float
    p_value: float
    q_value: float
    significant: bool
    people: tuple[str, ...]
    event_ids: tuple[str, ...]
    # Not in `observed`: who was laid off in the window, and whose departure of no known day was told of in it.
    laid_off: tuple[str, ...] = ()
    undated: tuple[str, ...] = ()
    apart_event_ids: tuple[str, ...] = ()  # the departures of these two


@dataclass(frozen=True, slots=True)
class QualityResult:
    """One expectation's outcome. Columns of `quality_results`."""

    suite: str
    expectation: str
    subject: str  # column, source or table
    severity: Literal["stop", "warn"]
    success: bool
    observed: str
    failed_rows: int
    advice: str


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record set aside. Columns of `quarantine`."""

    record_id: str
    stage: Literal["fetch", "read", "check", "audit"]
    kind: Literal["page", "article", "move", "event"]
    reason: str
    detail: str
    payload: str = ""  # JSON of the record, so that it can be released
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between polls. Kept in the warehouse."""

    source_id: str
    url: str  # where it is polled now (a permanent redirect may have moved it)
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    interval_s: float = 3600.0
    next_due_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_full_at: datetime | None = None  # last unconditional GET
    last_item_at: datetime | None = None
    failures: float = 0.0  # weighted: 5xx, 404, 429 count a half, DNS a quarter
    last_error: str = ""
    redirect_target: str | None = None
    redirect_count: int = 0
    gone: bool = False
    recent_ids: tuple[str, ...] = ()  # "item_id:revision" of the last polls, newest first, at most 2,000
    source_url: str = ""  # the address in the source list that this state belongs to; another one starts afresh


@dataclass(frozen=True, slots=True)
class FeedOutcome:
    """What one poll of one feed gave; a row of `source_health` for a run."""

    source_id: str
    polled_at: datetime
    outcome: Literal["new", "empty", "not-modified", "failed", "gone", "not-due"]
    http_status: int | None
    items: int
    new_items: int
    overlap_lost: bool  # no entry of the previous poll is left: items may have been missed
    error: str
    seconds: float
    dropped: tuple[tuple[str, int], ...] = field(default=())  # (reason, entries not usable)
