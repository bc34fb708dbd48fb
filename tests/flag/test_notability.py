"""Notability: every point is named, what must not count does not, and editors agree."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.errors import ConfigError
from include.flag.notability import ScoreContext, explain_flag, find_doubt
from include.knowledge.gazetteer import Organisation, Person, build_gazetteer, load_gazetteer
from include.knowledge.notability import PATH, load_notability
from include.knowledge.roles import load_roles
from include.knowledge.watchlist import Watchlist
from include.records import MOVE_KINDS, Event, Evidence, Move, StoredMove
from tests.flag.build import event, read_editorial, score, spearman

NOBODY = Watchlist(Path("none.yaml"), "nothing")


def test_the_score_is_the_sum_of_its_terms() -> None:
    flag = score(event("Ana Roe", "OpenAI", "Meta", role_from="co-founder and CTO", origins=4, languages=("en", "pt")))
    assert flag.score == pytest.approx(sum(term.points for term in flag.terms))
    assert {"kind", "founder", "seniority", "organisation", "watchlist", "origins", "languages"} <= {
        term.feature for term in flag.terms
    }


def test_terms_carry_the_move_that_proves_them() -> None:
    moves = {
        "m1": _stored("m1", role_from=None, confidence=0.9),
        "m2": _stored("m2", role_from="chief scientist", confidence=0.5),
    }
    scored = event("Ana Roe", "OpenAI", role_from="chief scientist", move_ids=("m1", "m2"))
    flag = score(scored, context=ScoreContext(load_gazetteer(), moves))
    by_feature = {term.feature: term.move_id for term in flag.terms}
    assert by_feature["seniority"] == "m2"
    assert by_feature["kind"] == "m1"


def test_the_counterfactual_says_what_the_score_would_be_without() -> None:
    model = load_notability()
    flag = score(event("Ana Roe", "Hartwell Logistics", role_from="co-founder and CEO"), watchlist=NOBODY)
    lines = explain_flag(flag, model)
    assert (
        lines[0]
        == f"founder: founder {model.points('seniority', 'founder'):+g}; without it: {flag.score - 26:g}, not flagged"
    )
    assert len(lines) == len(flag.terms)


@pytest.mark.parametrize("status", ["denied", "retracted"])
def test_what_is_denied_is_never_flagged(status: str) -> None:
    flag = score(event("Sam Altman", "OpenAI", role_from="CEO and co-founder", origins=50, status=status))
    assert not flag.shown
    assert not flag.alerted


def test_what_is_recalled_is_history_however_famous() -> None:
    assert not score(
        event("Sam Altman", "OpenAI", role_from="CEO and co-founder", origins=30, focus="background")
    ).shown


def test_age_counts_at_the_time_of_reporting_not_of_reading() -> None:
    fresh = event("Ana Roe", "OpenAI", date="2019-03-01", reported="2019-03-05")
    late = event("Ana Roe", "OpenAI", date="2019-03-01", reported="2025-03-05")
    assert score(fresh).shown
    assert not score(late).shown


def test_merged_away_events_are_not_flagged() -> None:
    assert not score(replace(event("Ana Roe", "OpenAI", role_from="CEO"), merged_into="e-2")).shown


def test_an_unknown_organisation_on_a_watchlist_is_enough() -> None:
    watched = Watchlist(Path("w.yaml"), "logistics", organisations=("Hartwell Logistics",))
    for status, confidence in itertools.product(("announced", "reported", "effective"), (0.01, 0.6, 1.0)):
        leaver = event("Ana Roe", "Hartwell Logistics, Inc.", status=status, confidence=confidence)
        assert not score(leaver, watchlist=NOBODY).shown
        assert score(leaver, watchlist=watched).shown
    rumour = event("Ana Roe", "Hartwell Logistics, Inc.", role_from="CEO and co-founder", status="rumoured")
    assert not score(rumour, watchlist=watched).shown


def test_nobody_is_alerted_of_what_was_read_unsurely_before_a_person_or_another_source_confirms_it() -> None:
    unsure = event("Ana Roe", "OpenAI", role_from="CEO and co-founder", confidence=0.6)
    assert (score(unsure).shown, score(unsure).alerted) == (True, False)
    assert find_doubt("reported", 0.6, "", load_notability()) == "read with 60% confidence, not reviewed"
    for confirmed in (replace(unsure, review="approved"), replace(unsure, origins=2, confidence=0.84)):
        assert score(confirmed).alerted


def test_a_unit_of_a_watched_organisation_is_watched_and_its_parent_is_not() -> None:
    watched = Watchlist(Path("w.yaml"), "x", organisations=("Google DeepMind",))
    gazetteer = build_gazetteer(
        [
            Organisation("google", "Google", "bigtech", 1),
            Organisation("google-deepmind", "Google DeepMind", "lab", 1, parent="google", aliases=("DeepMind",)),
            Organisation("isomorphic", "Isomorphic Labs", "lab", 2, parent="google-deepmind"),
        ],
        [],
    )
    assert watched.watches_organisation("isomorphic", "Isomorphic Labs", gazetteer) == "Google DeepMind"
    assert watched.watches_organisation("google", "Google", gazetteer) is None


def test_watched_people_and_posts_add_points() -> None:
    gazetteer = build_gazetteer([], [Person("ana", "Ana Roe", aliases=("安娜·罗",))])
    leaver = event("安娜·罗", "Hartwell", role_from="首席财务官", person_id="ana")
    context = ScoreContext(gazetteer)
    watched = Watchlist(
        Path("w.yaml"), "x", organisations=("Hartwell",), people=("Ana Roe",), roles=("chief financial officer",)
    )
    assert {"watchlist", "watchlist person", "watchlist post"} <= {
        term.feature for term in score(leaver, watchlist=watched, context=context).terms
    }
    assert not {term.feature for term in score(leaver, watchlist=NOBODY, context=context).terms} & {
        "watchlist", "watchlist person", "watchlist post",
    }  # fmt: skip


events = st.builds(
    event,
    person=st.sampled_from(["Ana Roe", "Sam Altman", "Ilya Sutskever"]),
    from_org=st.sampled_from(["OpenAI", "Hartwell", None]),
    to_org=st.sampled_from(["Meta", "Corner Shop", None]),
    kind=st.sampled_from(MOVE_KINDS),
    role_from=st.sampled_from([None, "CEO", "co-founder", "engineer", "head coach"]),
    status=st.sampled_from(["announced", "reported", "rumoured", "effective"]),
    focus=st.sampled_from(["main", "background"]),
    origins=st.integers(1, 30),
    confidence=st.floats(0, 1),
    languages=st.sampled_from([("en",), ("en", "pt"), ("en", "ja", "pt")]),
)


@given(events, st.integers(1, 5))
def test_a_further_independent_source_never_lowers_a_score(scored: Event, more: int) -> None:
    assert score(replace(scored, origins=scored.origins + more)).score >= score(scored).score


@given(events)
def test_a_further_language_never_lowers_a_score(scored: Event) -> None:
    assert score(replace(scored, languages=(*scored.languages, "uk"))).score >= score(scored).score


@given(events)
def test_a_denial_never_raises_a_score(scored: Event) -> None:
    assert score(replace(scored, status="denied")).score <= score(scored).score


def test_scores_rank_as_an_editor_would() -> None:
    ranked = read_editorial()
    assert len(ranked) == 40
    correlation = spearman([-rank for rank, _ in ranked], [score(made).score for _, made in ranked])
    assert correlation >= 0.8


def test_what_editors_would_print_is_flagged_and_the_rest_is_not() -> None:
    shown = {rank: score(made).shown for rank, made in read_editorial()}
    assert all(shown[rank] for rank in range(1, 25))
    assert not any(shown[rank] for rank in range(33, 41))


@given(events)
def test_no_rumour_alerts_anybody(scored: Event) -> None:
    assert not score(replace(scored, status="rumoured")).alerted


def _with(tmp_path: Path, old: str, new: str) -> Path:
    text = PATH.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "notability.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("origins: 6 ", "origins: six ", "origins must be a number, found 'six'"),
        ("origins: 6 ", "origins: -6 ", "origins must not be negative"),
        ("origins: 6 ", "origins: .nan ", "origins must be a number"),
        ("known_works: 5", "known_books: 5", "unknown key 'known_books'"),
        ("founder: 26", "founders: 26", "seniority has no value 'founders'"),
        ("denied: -120", "denied: 120", "a denial must not add points"),
        ("alerted: 87", "alerted: 7", "alerted (7) is below shown (40)"),
        ("background: -400", "background: 400", "background must not be positive"),
    ],
)
def test_wrong_weights_are_refused_with_file_and_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    path = _with(tmp_path, old, new)
    with pytest.raises(ConfigError) as caught:
        load_notability(path)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if new.strip() in text)
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{path}:")
    assert abs(int(str(caught.value).split(":")[1]) - line) <= 2


def test_every_family_of_posts_has_a_weight() -> None:
    assert set(load_notability().tables["seniority"]) == set(load_roles().order)


def _stored(move_id: str, **fields: object) -> StoredMove:
    move = Move("departure", "Ana Roe", "OpenAI", None, "announced", "main", Evidence("text", 0, 1, "x"), **fields)  # type: ignore[arg-type]
    at = datetime(2025, 5, 15, tzinfo=UTC)
    return StoredMove(move_id, f"a-{move_id}", move, "en", "s", "s", at, at)
