"""Decisions from the pages: into the inbox, shown at once, applied by the next run; by reviewers from our own forms."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from include.board.access import Access, Viewer, form_token
from include.board.alone import COOKIE, make_router, open_access, read_session, write_session
from include.board.app import create_app
from tests.board.conftest import AS_OF, NOW, READER, REVIEWER, Ask, client_of, make_unsure, run_on, settings_of

HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
TOKEN = form_token(b"secret of the tests", REVIEWER)


def event_of(ask: Ask, person: str) -> str:
    return str(
        ask(f"SELECT event_id FROM notable_departures WHERE person = '{person}' ORDER BY score DESC")[0]["event_id"]
    )


def send(client: TestClient, event: str, **form: str) -> int:
    data = {"token": TOKEN, "reason": "checked by hand", **form}
    return client.post(f"/event/{event}/review", data=data, headers=HERE).status_code


def two_of_one(ask: Ask) -> tuple[str, str]:
    """Two events of one person."""
    rows = ask("SELECT list(event_id ORDER BY event_id) AS ids FROM events GROUP BY person_id HAVING count(*) > 1")
    ids: list[str] = rows[0]["ids"]  # type: ignore[assignment]
    return ids[0], ids[1]


def kept(home: Path) -> list[dict[str, object]]:
    return [json.loads(path.read_text()) for path in sorted((home / "inbox").glob("*.json"))]


def test_a_rejected_departure_leaves_the_board_and_comes_back_when_undone(home: Path, ask: Ask) -> None:
    event = event_of(ask, "Luke Metz")
    with client_of(home, REVIEWER) as client:
        before = client.get("/count").json()["matching"]
        assert send(client, event, action="reject") == 303
        assert client.get("/count").json()["matching"] == before - 1
        assert "Luke Metz" not in client.get("/?person=luke+metz").text.split("<main")[1].split("</form>")[1]
        assert "<strong>Rejected</strong>" in client.get(f"/event/{event}").text
        (decision,) = kept(home)
        assert (decision["kind"], decision["author"], decision["reason"]) == (
            "reject",
            "Ada Reviewer",
            "checked by hand",
        )
        form = {"token": TOKEN, "decision": str(decision["decision_id"]), "event": event}
        answer = client.post("/review/undo", data=form, headers=HERE)
        assert answer.headers["location"] == f"/event/{event}?done=1"
        assert client.get("/count").json()["matching"] == before
        assert len(kept(home)) == 2  # nothing is taken out of the inbox


def test_a_correction_is_shown_with_what_was_there(home: Path, ask: Ask) -> None:
    event = event_of(ask, "Luke Metz")
    with client_of(home, REVIEWER) as client:
        assert send(client, event, action="correct", field="to_org", value="  Thinking   Machines ") == 303
        page = client.get(f"/event/{event}").text
        assert re.search(
            r"<del>.*?</del> <ins><span class=\"hidden\">now </span><bdi>Thinking Machines</bdi></ins>", page
        )
        assert "Thinking Machines" in client.get("/?person=luke").text
        for field, value in (("status", "gone"), ("date", "soon"), ("event_id", "x"), ("person", ""), ("kind", "")):
            assert send(client, event, action="correct", field=field, value=value) == 400
        assert len(kept(home)) == 1


def test_a_merge_leads_to_the_survivor(home: Path, ask: Ask) -> None:
    first, second = two_of_one(ask)
    with client_of(home, REVIEWER) as client:
        assert send(client, str(first), action="merge", other=str(second)) == 303
        assert client.get(f"/event/{second}").headers["location"] == f"/event/{first}?was={second}"
        assert "turned out to be this event" in client.get(f"/event/{first}?was={second}").text
        for other in ("e-none", str(first), ""):
            assert send(client, str(first), action="merge", other=other) == 400


def test_a_takedown_hides_everything_about_the_person_at_once(home: Path, ask: Ask) -> None:
    events = two_of_one(ask)
    person = str(ask(f"SELECT person FROM events WHERE event_id = '{events[0]}'")[0]["person"])
    surname = person.split()[-1]
    with client_of(home, REVIEWER) as client:
        assert send(client, events[0], action="takedown") == 303
        for event in events:
            answer = client.get(f"/event/{event}")
            assert answer.status_code == 410 and surname not in answer.text
        for path in ("/?scope=events", "/review", "/run", "/corrections", "/organisation/openai"):
            headings = re.findall(r"<a href=\"/event/[^\"]+\"><bdi>([^<]+)</bdi>", client.get(path).text)
            assert person not in headings, path
        (decision,) = kept(home)
        assert surname not in json.dumps(decision) and decision["name_hashes"]


def test_articles_are_taken_out_of_an_event_or_of_a_person(home: Path, ask: Ask) -> None:
    event = event_of(ask, "Mira Murati")
    (row,) = ask(f"SELECT person_id FROM events WHERE event_id = '{event}'")
    articles = ask(f"SELECT DISTINCT article_id FROM evidence WHERE event_id = '{event}' ORDER BY ALL")
    chosen, every = str(articles[0]["article_id"]), [str(found["article_id"]) for found in articles]
    with client_of(home, REVIEWER) as client:
        page = client.get(f"/event/{event}").text
        assert page.count(f'name="article" value="{chosen}"') == 2  # for another event, and for another person
        for wrong in ([], every, ["a-404"]):
            assert send_articles(client, event, "split", wrong) == 400
        assert send_articles(client, event, "split", [chosen]) == 303
        assert send_articles(client, event, "split-entity", [chosen]) == 303
        decisions = {decision["kind"]: (decision["subject"], decision["article_ids"]) for decision in kept(home)}
        assert decisions == {"split": (event, [chosen]), "split-entity": (row["person_id"], [chosen])}
        waiting = client.get(f"/event/{event}").text.split("not yet applied")[1].split("</ul>")[0]
        assert "<b>split</b>" in waiting and "<b>split-entity</b>" in waiting


def send_articles(client: TestClient, event: str, action: str, articles: list[str]) -> int:
    data = {"token": TOKEN, "reason": "two of one name", "action": action, "article": articles}
    return client.post(f"/event/{event}/review", data=data, headers=HERE).status_code


def test_people_who_may_be_one_are_shown_and_answered(home: Path, ask: Ask) -> None:
    import duckdb

    people = ask(
        "SELECT person_id, person, any_value(event_id) AS event_id FROM events GROUP BY ALL ORDER BY ALL LIMIT 4"
    )
    with duckdb.connect(str(home / "published" / "departures.duckdb")) as con:
        for number in (0, 2):
            left, right = people[number], people[number + 1]
            con.execute(
                "INSERT INTO store.entity_proposals SELECT ?, 'person', ?, ?, 0.8, 'like names <b>', "
                "(SELECT min(move_id) FROM moves WHERE person_id = ?), 'gone', '', now()::TIMESTAMP, 'r'",
                [f"same-{number}", left["person_id"], right["person_id"], left["person_id"]],
            )
    with client_of(home, READER) as client:
        page = client.get("/review").text
        assert 'People who may be one <span class="n">2</span>' in page and "Like names &lt;b&gt;" in page
        assert "One person" not in page
    form = {"token": TOKEN, "reason": "the same photograph"}
    with client_of(home, REVIEWER) as client:
        for wrong, status in (
            ({"proposal": "same-9", "answer": "one"}, 400),
            ({"proposal": "same-0", "answer": ""}, 400),
        ):
            assert client.post("/review/people", data={**form, **wrong}, headers=HERE).status_code == status
        two = {**form, "proposal": "same-0", "answer": "two"}
        assert client.post("/review/people", data=two, headers=HERE).status_code == 303
        assert client.get("/review").text.count('name="proposal"') == 1
        one = {**form, "proposal": "same-2", "answer": "one"}
        # These two stand in the list of people as two, which no decision on the board can change.
        answer = client.post("/review/people", data=one, headers=HERE)
        assert answer.status_code == 400 and "packaged list of people" in answer.text
        (decision,) = kept(home)
        assert (decision["kind"], decision["subject"], decision["author"]) == ("reject", "same-0", "Ada Reviewer")


def test_the_next_run_applies_what_was_decided(home: Path, ask: Ask) -> None:
    rejected, approved = event_of(ask, "Luke Metz"), event_of(ask, "Mira Murati")
    with client_of(home, REVIEWER) as client:
        assert send(client, rejected, action="reject") == 303
        assert send(client, approved, action="approve") == 303
        assert client.get("/").text.count('title="decisions wait for the next run">2<') == 1
        article = {"id": "x", "title": "Weather", "text": "It rains in the north. " * 20, "lang": "en", "source": "x"}
        run_on(home, [article], "second", AS_OF + timedelta(days=1))
        assert "decisions wait" not in client.get("/").text
        page = client.get(f"/event/{approved}").text
        assert "<b>approve</b> by" in page.replace("\n", " ") or "approve" in page
        assert "Luke Metz" not in re.findall(r"<h2><a href=\"/event/[^\"]+\"><bdi>([^<]+)</bdi>", client.get("/").text)


def test_the_queue_shows_what_was_read_with_little_confidence(home: Path) -> None:
    waiting = ["Luke Metz", "Mira Murati"]
    make_unsure(home, waiting)
    with client_of(home, REVIEWER) as client:
        page = client.get("/review").text
        assert f"<b>{len(waiting)}</b> waiting" in page
        first = str(re.findall(r'action="/event/([^"]+)/review"', page)[0])
        assert send(client, first, action="approve", back="queue") == 303
        assert f"<b>{len(waiting) - 1}</b> waiting" in client.get("/review").text
    with client_of(home, READER) as client:
        assert "Approve" not in client.get("/review").text


@pytest.mark.parametrize(
    ("form", "headers", "status"),
    [
        ({}, {**HERE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({}, {**HERE, "Sec-Fetch-Site": "same-site"}, 403),
        ({}, {**HERE, "Origin": "null"}, 403),
        ({}, {**HERE, "Origin": "http://testserver.evil.example"}, 403),
        ({"token": ""}, HERE, 403),
        ({"token": form_token(b"secret of the tests", Viewer("Somebody Else", True))}, HERE, 403),
        ({"token": "é"}, HERE, 403),
        ({"reason": "  "}, HERE, 400),
        ({"reason": "x" * 501}, HERE, 400),
        ({"action": "explode"}, HERE, 400),
    ],
)
def test_forms_that_are_refused(
    home: Path, ask: Ask, form: dict[str, str], headers: dict[str, str], status: int
) -> None:
    with client_of(home, REVIEWER) as client:
        data = {"token": TOKEN, "reason": "because", "action": "approve", **form}
        path = f"/event/{event_of(ask, 'Luke Metz')}/review"
        assert client.post(path, data=data, headers=headers).status_code == status
        assert kept(home) == []


def test_a_record_is_released_from_quarantine(home: Path) -> None:
    import duckdb

    with duckdb.connect(str(home / "published" / "departures.duckdb")) as con:
        con.execute(
            "INSERT INTO store.quarantine BY NAME SELECT 'p1' AS record_id, 'fetch' AS stage, 'page' AS kind, "
            "'http-403' AS reason, 'the site refuses' AS detail, 'x' AS source_id, now()::TIMESTAMP AS quarantined_at, "
            '\'r\' AS run_id, \'{"item": {"title": "<b>Bold</b>"}}\'::JSON AS payload'
        )
    with client_of(home, REVIEWER) as client:
        page = client.get("/quality").text
        assert "&lt;b&gt;Bold&lt;/b&gt;" in page and "http-403" in page
        form = {"token": TOKEN, "record": "p1", "reason": "it answers again"}
        assert client.post("/quarantine/release", data=form, headers=HERE).status_code == 303
        assert "released by <bdi>Ada Reviewer</bdi>" in client.get("/quality").text
        assert client.post("/quarantine/release", data={**form, "record": "p2"}, headers=HERE).status_code == 404
    (release,) = kept(home)
    assert (release["kind"], release["subject"]) == ("quarantine-release", "p1")


def test_a_file_of_the_inbox_that_cannot_be_used_is_passed_over(home: Path) -> None:
    (home / "inbox").mkdir()
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"kind": "quarantine-release"}'), ("d", '{"kind": "reject"}')):
        (home / "inbox" / f"{name}.json").write_text(text)
    with client_of(home) as client:
        assert client.get("/").status_code == 200


# The board alone


def alone(home: Path, token: str) -> TestClient:
    access = open_access(token, b"x" * 32, lambda: NOW)
    app = create_app(settings_of(home), access, lambda: NOW, make_router(token))
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def test_without_a_token_the_board_is_read_only(home: Path, ask: Ask) -> None:
    with alone(home, "") as client:
        assert client.get("/").status_code == 200
        assert "read-only" in client.get("/login").text
        form = {"name": "Eve", "secret": ""}
        assert client.post("/login", data=form, headers=HERE).status_code == 403
        assert send(client, event_of(ask, "Luke Metz"), action="approve") == 403
    assert kept(home) == []


def test_whoever_has_the_token_reviews_under_their_name(home: Path, ask: Ask) -> None:
    event = event_of(ask, "Luke Metz")
    with alone(home, "open sesame") as client:
        for form in ({"name": "Ada", "secret": "guess"}, {"name": "", "secret": "open sesame"}):
            assert client.post("/login", data=form, headers=HERE).status_code in (400, 403)
        good = {"name": "Ada", "secret": "open sesame"}
        assert client.post("/login", data=good, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        answer = client.post("/login", data=good, headers=HERE)
        cookie = answer.headers["set-cookie"]
        assert answer.status_code == 303 and "HttpOnly" in cookie and "SameSite=strict" in cookie
        token = re.findall(r'name="token" value="(\w+)"', client.get(f"/event/{event}").text)[0]
        assert send(client, event, action="approve", token=token) == 303
        assert kept(home)[0]["author"] == "Ada"
        assert client.post("/logout", data={"token": token}, headers=HERE).status_code == 303
        assert send(client, event, action="approve", token=token) == 403


def test_a_session_cannot_be_made_up_and_ends() -> None:
    cookie = write_session("Ada", b"key", NOW)
    assert read_session(cookie, b"key", NOW) == "Ada"
    assert read_session(cookie, b"key", NOW + timedelta(hours=13)) == ""
    assert read_session(cookie, b"other", NOW) == ""
    for made_up in ("", ".", "416461.9999999999.", cookie[:-1], "x" + cookie, f"{COOKIE}é"):
        assert read_session(made_up, b"key", NOW) == ""


def test_a_strange_host_is_refused(home: Path) -> None:
    with alone(home, "") as client:
        assert client.get("/", headers={"Host": "evil.example"}).status_code == 403
        assert client.get("/", headers={"Host": "localhost:8750"}).status_code == 200


def test_an_access_that_refuses(home: Path) -> None:
    from fastapi import HTTPException

    def refuse() -> Viewer:
        raise HTTPException(401, "Not authenticated")

    access = Access(refuse, b"", framed=True, login_url="/auth/login")
    with TestClient(create_app(settings_of(home), access, lambda: NOW)) as client:
        for path in ("/", "/static/board.css", "/nowhere"):
            answer = client.get(path)
            assert answer.status_code == 401 and 'href="/auth/login"' in answer.text
            assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
