"""Alerts over real SMTP and a real webhook: once each, to the right people, whatever fails in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from include.errors import ConfigError
from include.publish.alerts import AlertReport, check_urls, draft_alerts, notify_operator, send_alerts, set_aside
from tests.publish.rows import AS_OF, BASE_URL, row
from tests.publish.servers import Mailbox, Webhook, stall

ROOT = Path(__file__).resolve().parents[2]


def send(home: Path, rows: list[dict[str, Any]], *urls: str, days: float = 0, **options: Any) -> AlertReport:
    return send_alerts(rows, urls=urls, home=home, base_url=BASE_URL, as_of=AS_OF + timedelta(days=days), **options)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that has run before, with one departure on the board."""
    send(tmp_path, [row("e-old", "Old Hand")])
    return tmp_path


def test_the_first_run_takes_note_and_alerts_nobody(tmp_path: Path) -> None:
    with Webhook() as hook:
        first = send(tmp_path, [row()], hook.url, "digest=" + hook.url)
        again = send(tmp_path, [row()], hook.url, "digest=" + hook.url, days=1)
        assert hook.requests == []
    assert first.primed
    assert (again.primed, again.queued, again.sentence) == (False, 0, "nothing new to send")
    assert "Ana Example" in first.digest_files[1].read_text(encoding="utf-8")


def test_a_new_departure_is_told_once_to_every_channel(home: Path) -> None:
    with Webhook() as hook, Mailbox() as mailbox:
        rows = [row("e-old", "Old Hand"), row()]
        assert send(home, rows, hook.url, mailbox.url).sent == 2
        assert send(home, rows, hook.url, mailbox.url, days=1).sent == 0
        assert hook.titles == ["Announced: Ana Example: OpenAI → Microsoft (VP Research)"]
        (mail,) = mailbox.messages
    assert mail["Subject"] == hook.titles[0]
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "https://news.example/a?x=1&y=2" in text
    assert "<bdi>Ana Example</bdi>" in html and "<bdi>OpenAI → Microsoft</bdi>" in html
    assert "keluar dari OpenAI" in html


@pytest.mark.parametrize("change", [{"alerted": False}, {"alerted": False, "flagged": False}, {"kind": "arrival"}])
def test_what_is_not_worth_an_alert_is_not_told(home: Path, change: dict[str, Any]) -> None:
    with Webhook() as hook:
        send(home, [row(**change)], hook.url)
        assert hook.calls == 0


def test_a_change_of_status_is_told_and_a_date_that_passes_is_not(home: Path) -> None:
    with Webhook() as hook:
        for days, status in enumerate(["reported", "announced", "effective"]):
            send(home, [row(status=status)], hook.url, days=days)
        assert [title.split(":")[0] for title in hook.titles] == ["Reported", "Announced"]


@pytest.mark.parametrize("status", ["denied", "retracted"])
def test_a_correction_reaches_everyone_who_got_the_first_and_nobody_else(home: Path, status: str) -> None:
    gone = row(status=status, flagged=False, alerted=False, review="rejected" if status == "retracted" else "")
    with Webhook() as got_it, Webhook() as came_later, Mailbox() as mailbox:
        send(home, [row()], got_it.url, mailbox.url)
        report = send(home, [gone], got_it.url, mailbox.url, came_later.url, days=1)
        assert report.sent == 2
        assert got_it.titles[1].startswith("Correction: Ana Example: OpenAI → Microsoft (VP Research) is ")
        assert came_later.calls == 0
        first, second = mailbox.messages
        assert second["References"] == first["Message-ID"]
        assert second["Subject"].startswith("Correction: ")
        assert send(home, [gone], got_it.url, mailbox.url, days=2).sent == 0


def test_a_corrected_destination_is_told_as_a_correction(home: Path) -> None:
    with Webhook() as hook:
        send(home, [row()], hook.url)
        send(home, [row(to_org="Anthropic", review="corrected")], hook.url, days=1)
        assert hook.titles[1].startswith("Correction: Ana Example: OpenAI → Anthropic")


def test_what_was_denied_before_it_was_delivered_is_not_told_at_all(home: Path) -> None:
    with Webhook(lambda number: 500) as broken:
        assert send(home, [row()], broken.url).failed
        report = send(home, [row(status="denied", alerted=False, flagged=False)], broken.url, days=1)
        assert (broken.calls, report.sent, report.failed) == (1, 0, [])


def test_who_was_taken_down_is_not_told_of(home: Path) -> None:
    with Webhook(lambda number: 503 if number == 1 else 200) as hook:
        send(home, [row()], hook.url)
        send(home, [row(review="taken-down", status="retracted", person="removed on request")], hook.url, days=1)
        assert hook.requests == []


def test_a_channel_that_fails_is_tried_again_and_does_not_hold_up_the_others(home: Path) -> None:
    with Webhook(lambda number: 500 if number < 3 else 200) as flaky, Webhook() as steady:
        rows = [row("e-1"), row("e-2", "Ben Example")]
        first = send(home, rows, flaky.url, steady.url)
        assert (first.sent, len(first.failed), flaky.calls) == (2, 1, 1)
        second = send(home, rows, flaky.url, steady.url, days=0.5)
        assert len(second.failed) == 1
        third = send(home, rows, flaky.url, steady.url, days=1)
        assert (third.sent, third.failed) == (2, [])
        assert len(flaky.titles) == len(steady.titles) == 2
        assert not any(title.startswith("Possibly") for title in flaky.titles)


def test_after_three_days_a_message_is_given_up_and_that_is_said(home: Path) -> None:
    with Webhook(lambda number: 500) as broken:
        send(home, [row()], broken.url)
        report = send(home, [row()], broken.url, days=3.5)
        assert (report.given_up, broken.calls) == (1, 1)
        assert "1 given up" in report.sentence


@pytest.mark.parametrize(
    ("server", "said"),
    [
        (lambda: Mailbox(refuse="550 no such user"), "the mail server refused the message (550)"),
        (lambda: Mailbox(refuse="451 try later"), "the mail server refused the message (451)"),
        (lambda: Mailbox(wait=3), "the mail server did not answer as expected ("),
        (lambda: Webhook(stall(2.5)), "Connection error"),
        (lambda: Webhook(lambda number: 0), "Connection error"),
        (lambda: Webhook(lambda number: 403), "error=403"),
    ],
    ids=["refused", "later", "stalls", "webhook stalls", "webhook hangs up", "webhook forbids"],
)
def test_refusals_and_timeouts_are_one_line_without_secrets(home: Path, server, said: str) -> None:  # type: ignore[no-untyped-def]
    with server() as broken:
        report = send(home, [row()], broken.url)
        assert len(report.failed) == 1
        assert said in report.failed[0]
        assert "\n" not in report.failed[0]
        assert report.sent == 0


def test_a_slow_server_is_waited_for(home: Path) -> None:
    with Webhook(stall(0.5)) as slow:
        assert send(home, [row()], slow.url).sent == 1


def test_a_server_that_is_not_there_is_named_without_its_password(home: Path) -> None:
    report = send(home, [row()], "mailto://board:s3cret@127.0.0.1:1/?to=ana@example.org&from=b@example.org&cto=1")
    assert report.failed == ["mailto://127.0.0.1: the mail server did not answer as expected (ConnectionRefusedError)"]
    assert "s3cret" not in (home / "alerts" / "deliveries.jsonl").read_text(encoding="utf-8")


def test_what_is_no_departure_after_all_is_told_as_a_correction(home: Path) -> None:
    with Webhook() as hook:
        send(home, [row()], hook.url)
        send(home, [row(kind="arrival", flagged=False, alerted=False, review="corrected")], hook.url, days=1)
        assert [title.split(":")[0] for title in hook.titles] == ["Announced", "Correction"]


def test_more_articles_lift_a_departure_over_the_threshold_and_new_weights_do_not(home: Path) -> None:
    quiet = row(alerted=False, flagged=False, articles=2)
    with Webhook() as hook, Mailbox() as mailbox:
        urls = (hook.url, "digest=" + mailbox.url)
        send(home, [quiet], *urls)
        assert send(home, [quiet | {"alerted": True, "flagged": True}], *urls, days=1).queued == 0
        assert send(home, [quiet | {"alerted": True, "flagged": True, "articles": 3}], *urls, days=2).sent == 2
        assert send(home, [quiet | {"alerted": True, "flagged": True, "articles": 4}], *urls, days=3).queued == 0
        assert (len(hook.titles), len(mailbox.messages)) == (1, 1)


def test_an_approval_lets_go_what_was_read_unsurely(home: Path) -> None:
    unsure = row(alerted=False, articles=1, doubt="read with 60% confidence, not reviewed")
    with Webhook() as hook:
        send(home, [unsure], hook.url)
        assert send(home, [unsure | {"alerted": True, "review": "approved", "doubt": ""}], hook.url, days=1).sent == 1
        assert send(home, [unsure | {"alerted": True, "review": "approved", "doubt": ""}], hook.url, days=2).queued == 0


def draft(home: Path, rows: list[dict[str, Any]], *urls: str, days: float = 0) -> Any:
    return draft_alerts(rows, urls=urls, home=home, base_url=BASE_URL, as_of=AS_OF + timedelta(days=days))


def test_a_draft_shows_what_would_be_sent_and_sends_nothing(home: Path) -> None:
    with Webhook() as hook:
        shown = draft(home, [row("e-old", "Old Hand"), row(person="*Ana* {{ dag }}")], hook.url)
        assert hook.calls == 0
    assert list(shown.versions) == ["e-1"]
    (message,) = shown.messages
    assert message.startswith("**Announced: \\*Ana\\* \\{\\{ dag \\}\\}: OpenAI → Microsoft")
    assert "> Ana Example said on Friday" in message


def test_only_what_was_approved_is_sent(home: Path) -> None:
    with Webhook() as hook, Mailbox() as mailbox:
        urls = (hook.url, "digest=" + mailbox.url)
        shown = draft(home, [row()], *urls)
        later = [row(), row("e-2", "Ben Example")]
        assert send(home, later, *urls, approved={}).queued == 0
        assert send(home, later, *urls, approved=shown.versions).sent == 2
        assert [title.split(":")[1] for title in hook.titles] == [" Ana Example"]
        assert "Ben Example" not in mailbox.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert list(draft(home, later, *urls).versions) == ["e-2"]
        changed = [row(), row("e-2", "Ben Example", status="reported")]
        assert send(home, changed, *urls, approved=draft(home, later, *urls).versions).queued == 0


def test_what_was_refused_is_not_asked_for_again_until_it_changes(home: Path) -> None:
    with Webhook() as hook:
        set_aside(draft(home, [row(status="reported")], hook.url).versions, home=home, as_of=AS_OF)
        assert draft(home, [row(status="reported")], hook.url).messages == ()
        assert send(home, [row(status="reported")], hook.url, days=1).queued == 0
        assert len(draft(home, [row(status="announced")], hook.url).messages) == 1


def test_nothing_is_drafted_on_the_first_run(tmp_path: Path) -> None:
    assert draft(tmp_path, [row()], "json://127.0.0.1").messages == ()


SCRIPT = """
import sys, json
from pathlib import Path
from include.publish.alerts import send_alerts
from tests.publish.rows import AS_OF, BASE_URL, row
rows = [row(f"e-{n}", f"Person {n}") for n in range(4)]
print(json.dumps(send_alerts(rows, urls=sys.argv[2:], home=Path(sys.argv[1]), base_url=BASE_URL, as_of=AS_OF).sent))
"""


@pytest.mark.parametrize("kept", [False, True], ids=["before it arrived", "after it arrived"])
def test_a_kill_loses_nothing_and_repeats_nothing_silently(home: Path, kept: bool) -> None:
    processes: list[subprocess.Popen[bytes]] = []

    def answer(number: int) -> int:
        if number == 2:
            os.kill(processes[0].pid, signal.SIGKILL)
            processes[0].wait()
            return 200 if kept else 0
        return 200

    with Webhook(answer) as hook:
        command = [sys.executable, "-c", SCRIPT, str(home), hook.url]
        processes.append(subprocess.Popen(command, cwd=ROOT))
        assert processes[0].wait(60) == -signal.SIGKILL
        rows = [row(f"e-{n}", f"Person {n}") for n in range(4)]
        assert send(home, rows, hook.url).sent == 3
        plain = [title for title in hook.titles if not title.startswith("Possibly sent before: ")]
        assert len({title.removeprefix("Possibly sent before: ") for title in hook.titles}) == 4
        assert len(plain) == len(set(plain))
        assert len(hook.titles) == (5 if kept else 4)
        assert send(home, rows, hook.url).sent == 0


def test_a_last_line_that_a_kill_cut_short_is_left_out(home: Path) -> None:
    log = home / "alerts" / "deliveries.jsonl"
    with log.open("ab") as stream:
        stream.write(b'{"at": "2026-11-22T06:00')
    with Webhook() as hook:
        assert send(home, [row()], hook.url).sent == 1
        assert send(home, [row()], hook.url, days=1).sent == 0


def test_a_log_that_is_no_log_is_refused_with_its_line(home: Path) -> None:
    log = home / "alerts" / "deliveries.jsonl"
    log.write_text('{"what": "known", "versions": {}}\n{"colour": "red"}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"deliveries\.jsonl:2: no delivery record"):
        send(home, [row()])


def test_a_log_of_zeros_is_no_first_run(home: Path) -> None:
    log = home / "alerts" / "deliveries.jsonl"
    log.write_bytes(b"\0" * 200)
    with pytest.raises(ConfigError, match=r"deliveries\.jsonl:1: no delivery record"):
        send(home, [row()])


def test_two_senders_at_once_send_once(home: Path) -> None:
    with Webhook(stall(0.2)) as hook:
        command = [sys.executable, "-c", SCRIPT, str(home), hook.url]
        both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) for _ in range(2)]
        assert sorted(json.loads(process.communicate(timeout=60)[0]) for process in both) == [0, 4]
        assert len(hook.titles) == 4


def test_the_digest_goes_out_once_a_day_with_what_is_new(home: Path) -> None:
    with Mailbox() as mailbox:
        url = "digest=" + mailbox.url
        rows = [row("e-1"), row("e-2", "Ben Example", alerted=False)]
        assert send(home, rows, url).sent == 1
        assert send(home, [*rows, row("e-3", "Cem Example")], url, days=0.2).sent == 0
        assert send(home, [*rows, row("e-3", "Cem Example")], url, days=1).sent == 1
        assert send(home, [*rows, row("e-3", "Cem Example")], url, days=2).sent == 0
        first, second = (mail.get_body(("plain",)).get_content() for mail in mailbox.messages)  # type: ignore[union-attr]
    assert "Ana Example" in first
    assert "Ben Example" in first
    assert "Cem Example" in second
    assert "Ben Example" not in second


def test_a_digest_puts_corrections_of_earlier_digests_first(home: Path) -> None:
    with Mailbox() as mailbox:
        url = "digest=" + mailbox.url
        send(home, [row("e-1")], url)
        send(home, [row("e-1", status="denied", flagged=False), row("e-2", "Ben Example")], url, days=1)
        subject = mailbox.messages[1]["Subject"]
        body = mailbox.messages[1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert subject.startswith("Correction: Ana Example")
    assert body.index("CORRECTIONS") < body.index("Ana Example") < body.index("Ben Example")


def test_what_no_digest_told_is_not_corrected_by_one(home: Path) -> None:
    with Mailbox() as mailbox:
        send(home, [row("e-old", "Old Hand", status="denied", flagged=False)], "digest=" + mailbox.url)
        assert mailbox.messages == []


def test_wrong_urls_are_named_one_line_each_without_secrets() -> None:
    problems = check_urls(["mailto://a:s3cret@example.org", "slakc://T0k3n/secret", "digest=nothing", "json://[::bad"])
    assert [problem.split(":")[0] for problem in problems] == ["DEPARTURES_ALERT_URLS"] * 3
    assert [problem.split("entry ")[1][0] for problem in problems] == ["2", "3", "4"]
    assert not any(word in problem.lower() for problem in problems for word in ("s3cret", "t0k3n", "\n"))


def test_the_operator_is_told_through_every_channel() -> None:
    with Webhook() as hook, Mailbox() as mailbox, Webhook(lambda number: 500) as broken:
        urls = [hook.url, "digest=" + mailbox.url, broken.url]
        assert notify_operator(urls, "merge failed", "no space <left> on /data") == 2
        assert hook.requests[0]["message"] == "no space <left> on /data"
        assert mailbox.messages[0]["Subject"] == "merge failed"
