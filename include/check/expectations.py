"""The expectations: what must hold of a batch and of the merged result, how bad it is if not, and what to do then.

Each names an expectation of Great Expectations by its class. A row expectation with a `reason` sends the rows that
fail to quarantine; where more than `stop_share` of the rows fail, the batch as a whole is not to be trusted and the
run stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["stop", "warn"]
FEWEST_TO_STOP = 5  # one bad row of two is no reason to distrust a batch
_TRUE: Mapping[str, Any] = {"value_set": [True]}
_RULES = "look at the rows in quarantine; if they are right, release them, else mend the rule of the language pack"
_PROGRAM = "this is a fault of the program: keep the work copy and report it"
_ORPHANS = "rows of earlier runs point to what is gone: report it, and restore a backup from before they came"
_SOURCE = "open the feed in a browser and run `departures sources check`; mend or disable it in feeds.yaml"


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation on one column of a frame (or on the whole frame)."""

    name: str
    column: str
    severity: Severity
    advice: str
    kind: str = "ExpectColumnValuesToBeInSet"  # class in great_expectations.expectations
    arguments: Mapping[str, Any] = field(default_factory=lambda: _TRUE)
    reason: str = ""  # code in quarantine; "": the rows stay
    stop_share: float = 1.0  # share of failing rows from which on the run stops
    subject: str = ""  # column that names the subject of a row (a source); "" is the column itself


def _unique(column: str) -> Expectation:
    return Expectation("ids are unique", column, "stop", _PROGRAM, kind="ExpectColumnValuesToBeUnique", arguments={})


ARTICLES = (
    _unique("article_id"),
    Expectation(
        "every article has words",
        "has_words",
        "warn",
        "the page may be rendered by scripts or be an error page; open it and see whether the extraction can be mended",
        reason="no-words",
        stop_share=0.5,
    ),
    Expectation(
        "the address is one of the web",
        "url",
        "warn",
        "open the feed and look at its links; an importer should leave url out rather than fill it with something else",
        kind="ExpectColumnValuesToMatchRegex",
        arguments={"regex": r"^(?:https?://\S+)?$"},
        reason="bad-url",
        stop_share=0.5,
    ),
    Expectation(
        "the text is readable",
        "readable",
        "warn",
        "the page was decoded wrongly or is no text at all; look at its encoding and content type",
        reason="unreadable-text",
        stop_share=0.5,
    ),
    Expectation(
        "nothing is published in the future",
        "hours_ahead",
        "warn",
        "the source states a wrong date or zone; an embargoed article can be released when its day has come",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 26.0},  # a date without a time in the easternmost zone, and an hour of clock skew
        reason="future-date",
        stop_share=0.5,
    ),
    Expectation(
        "nothing is older than the web",
        "published_year",
        "warn",
        "the source states a wrong date; correct the date rule for this site",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"min_value": 1990},
        reason="impossible-date",
        stop_share=0.5,
    ),
    Expectation(
        "the text is on disk",
        "text_found",
        "stop",
        "the Parquet file of the text is missing or damaged: check the disk, then run the load again",
    ),
)

MOVES = (
    _unique("move_id"),
    Expectation("every move has its article", "article_found", "stop", _PROGRAM),
    Expectation(
        "the evidence reproduces its quote exactly",
        "evidence_exact",
        "warn",
        "the offsets do not fit the stored text: the detector read another text; run `departures reprocess`",
        reason="evidence-mismatch",
        stop_share=0.2,
    ),
    Expectation(
        "the person is not the organisation",
        "person_is_not_organisation",
        "warn",
        _RULES,
        reason="person-is-organisation",
        stop_share=0.3,
    ),
    Expectation(
        "the person is a name",
        "person_is_name",
        "warn",
        _RULES,
        reason="person-is-no-name",
        stop_share=0.3,
    ),
    Expectation(
        "someone is left or joined",
        "has_organisation",
        "warn",
        _RULES,
        reason="no-organisation",
        stop_share=0.5,
    ),
    Expectation(
        "nobody leaves for where they are",
        "organisations_differ",
        "warn",
        _RULES,
        reason="same-organisation",
        stop_share=0.3,
    ),
    Expectation(
        "a date is an ISO date",
        "date_is_iso",
        "warn",
        _RULES,
        reason="bad-date",
        stop_share=0.3,
    ),
    Expectation(
        "a date is near the article that states it",
        "date_is_near",
        "warn",
        _RULES,
        reason="impossible-date",
        stop_share=0.3,
    ),
)

SOURCES = (
    Expectation(
        "as many entries as agreed",
        "volume_agreed",
        "warn",
        f"fewer or more entries a day than `expect.per_day` says; {_SOURCE}",
        subject="source_id",
    ),
    Expectation(
        "as fresh as agreed",
        "lag_agreed",
        "warn",
        f"the newest entry is older than `expect.lag_hours`; {_SOURCE}",
        subject="source_id",
    ),
    Expectation(
        "no entries were missed",
        "overlap_kept",
        "warn",
        "no entry of the poll before is left in the feed: poll more often (DEPARTURES_SCHEDULE)",
        subject="source_id",
    ),
    Expectation(
        "articles have text",
        "share_without_text",
        "warn",
        "most pages of this source give no text: its layout changed, or it asks for a subscription",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0.5},
        subject="source_id",
    ),
    Expectation(
        "articles have a date",
        "share_without_date",
        "warn",
        "most pages of this source give no date: its layout changed; look at the date rules",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0.5},
        subject="source_id",
    ),
    Expectation(
        "articles are in the language of the feed",
        "share_other_language",
        "warn",
        "most articles are in another language than feeds.yaml says: correct `lang`, or look at the feed",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0.5},
        subject="source_id",
    ),
)

LANGUAGES = (
    Expectation(
        "the mix of languages is as before",
        "drift",
        "warn",
        "a large source failed, or the language identification changed; compare source_health with last week",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0.4},
        subject="scope",
    ),
)

EVENTS = (
    _unique("event_id"),
    Expectation("every event has its evidence", "evidence_found", "stop", _PROGRAM),
    Expectation("no move is in two events", "moves_are_its_own", "stop", _PROGRAM),
    Expectation(
        "the person is not the organisation",
        "person_is_not_organisation",
        "warn",
        "an alias leads to the wrong entity; correct it with `departures review`",
        reason="person-is-organisation",
        stop_share=0.3,
    ),
    Expectation(
        "announced before it takes effect",
        "days_announced_late",
        "warn",
        "an old departure is dated as new, or the reverse; look at the evidence and correct the date",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 180},  # filings and profiles name the last day up to half a year afterwards
        reason="announced-after-effective",
        stop_share=0.3,
    ),
    Expectation(
        "reported by someone",
        "has_origin",
        "stop",
        _PROGRAM,
    ),
    Expectation(
        "nobody leaves twice without returning",
        "left_once",
        "warn",
        "two events may be one: merge them with `departures review merge`, or the return was missed",
    ),
)

FLAGS = (
    Expectation("the terms add up to the score", "terms_add_up", "stop", _PROGRAM),
    Expectation("what is flagged can be proved", "is_proved", "stop", _PROGRAM),
    Expectation(
        "what a person rejected is not flagged",
        "respects_review",
        "stop",
        "a decision in the inbox was not applied; run the merge again",
    ),
)

TOTALS = (
    Expectation(
        "no articles were lost",
        "articles_kept",
        "stop",
        "fewer articles than the run before published: look at what retention and takedown removed",
    ),
    Expectation(
        "no move is without its article",
        "moves_without_article",
        "warn",
        _ORPHANS,
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0},
    ),
    Expectation(
        "no link leads nowhere",
        "links_to_nothing",
        "warn",
        _ORPHANS,
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0},
    ),
    Expectation(
        "flags are few",
        "share_flagged",
        "warn",
        "most departures are flagged: the watchlist or the weights are too wide; see `departures board --why`",
        kind="ExpectColumnValuesToBeBetween",
        arguments={"max_value": 0.5},
    ),
)
