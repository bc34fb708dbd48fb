"""Articles as the encoder learns from them: strung together, nobody loses what is known of him."""

from __future__ import annotations

import random
from typing import Any

from bench.encoder_examples import Example, read_example, string_some
from include.detect.encoder.heads import ACTIONS
from include.detect.encoder.network import PLACES
from include.detect.encoder.store import load_base

LEAVER = ACTIONS.index("leaver")
PEOPLE = ("Ottoline Brackenridge", "Piotr Zawadzki", "Maren Oxley", "Tamsin Aldous")


def _article(person: str, left: str, words: str = "has resigned from") -> dict[str, Any]:
    move = {
        "kind": "departure", "person": person, "person_aliases": [person], "from_org": left, "from_aliases": [left],
        "to_org": None, "to_aliases": [], "status": "announced", "focus": "main",
    }  # fmt: skip
    text = f"{person} {words} {left}."
    return {
        "id": person, "lang": "en", "title": "", "text": text, "weight": 1.0, "moves": [move], "people": [person],
        "orgs": [left],
    }  # fmt: skip


def _strung(*articles: dict[str, Any]) -> list[Example]:
    """Two or more as one: with the first of a hundred draws in which all are."""
    examples = [read_example(article) for article in articles]
    return min((string_some(examples, random.Random(seed)) for seed in range(100)), key=len)


def _words(example: Example, spans: list[tuple[int, int]]) -> str:
    pieces = bytes(load_base()["pieces"]).decode().split("\n")
    return "".join(pieces[row] for start, end in spans for row in example.rows[start:end]).replace("▁", " ").strip()


def test_everybody_of_a_string_keeps_his_move_and_his_organisation() -> None:
    [told] = _strung(_article(PEOPLE[0], "Kestrel Forge"), _article(PEOPLE[1], "Halden Robotics"))
    labelled = told.labelled
    found = {
        _words(told, labelled.people[person]): _words(told, labelled.orgs[right[0]])
        for side, person, right in labelled.choices
        if side == 0
    }
    assert found == {PEOPLE[0]: "Kestrel Forge", PEOPLE[1]: "Halden Robotics"}
    assert [actions[LEAVER] for actions in labelled.actions] == [1.0, 1.0]
    reached = [right for side, _, right in labelled.choices if side == 1]
    assert reached == [[len(labelled.orgs)]] * 2
    assert len(told.names) == len(told.rows)
    assert labelled.weight == 2.0


def test_what_is_the_news_is_asked_of_the_first_story_alone() -> None:
    [told] = _strung(_article(PEOPLE[0], "Kestrel Forge"), _article(PEOPLE[1], "Halden Robotics"))
    assert [is_main for *_, is_main in told.labelled.manners] == [True, None]


def test_an_organisation_of_both_stories_is_one() -> None:
    [told] = _strung(_article(PEOPLE[0], "Kestrel Forge"), _article(PEOPLE[1], "Kestrel Forge"))
    assert [len(spans) for spans in told.labelled.orgs] == [2]
    assert {tuple(right) for side, _, right in told.labelled.choices if side == 0} == {(0,)}


def test_dates_of_a_string_stay_with_whom_they_date() -> None:
    articles = []
    for person, said, date in ((PEOPLE[0], "on 12 March", "2025-03-12"), (PEOPLE[1], "abruptly", "2025-03-20")):
        article = _article(person, "Kestrel Forge", f"resigned {said} from")
        article["moves"][0]["date"] = date
        articles.append(article | {"published": "2025-03-20", "dated": True})
    articles[1]["text"] += " Founded on 1 May 2019."
    [told] = _strung(*articles)
    labelled = told.labelled
    names = [*(_words(told, [span]) for span in labelled.dates), "published"]
    assert len(names) == 3
    found = {
        _words(told, labelled.people[person]): [names[place] for place in right] for _, person, right in labelled.dated
    }
    assert found == {PEOPLE[0]: ["12 March"], PEOPLE[1]: ["published"]}


def test_stories_of_the_same_person_are_not_strung_together() -> None:
    assert len(_strung(_article(PEOPLE[0], "Kestrel Forge"), _article(PEOPLE[0], "Halden Robotics"))) == 2


def test_a_string_is_no_longer_than_what_is_read_at_once_and_nothing_is_lost() -> None:
    long = "and after nineteen long years in the same small room " * 14 + "has resigned from"
    articles = [_article(person, "Kestrel Forge", long) for person in PEOPLE]
    told = _strung(*articles)
    assert all(len(example.rows) <= PLACES + 2 for example in told)
    assert sum(len(example.labelled.people) for example in told) == len(PEOPLE)
