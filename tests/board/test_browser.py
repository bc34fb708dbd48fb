"""`departures serve` in Chromium: read, filter, open, review, ask; three sizes, two themes; hostile content."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.board.browser import SIZES, chromium, find_barriers, find_squeezed, is_too_wide, serving, watch
from tests.board.conftest import Ask, make_unsure
from tests.board.hostile import poison

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("BOARD_SHOTS", "")
AXE_AT = (("light", 360), ("dark", 1600))  # contrast is a matter of the theme, layout of the width
AS_OF = "2026-11-21T09:00:00+00:00"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def address(newsroom_home: Path) -> Iterator[str]:
    with serving(newsroom_home, DEPARTURES_AS_OF=AS_OF) as base:
        yield base


def open_page(browser: Browser, **context: object) -> Page:
    page = browser.new_context(**context).new_page()  # type: ignore[arg-type]
    page.set_default_timeout(30_000)
    return page


def addresses(ask: Ask) -> dict[str, str]:
    event = ask("SELECT event_id FROM notable_departures ORDER BY len(languages) DESC, event_id LIMIT 1")[0]["event_id"]
    organisation = ask("SELECT organisation_id AS id FROM exodus WHERE significant LIMIT 1")[0]["id"]
    return {
        "board": "/", "event": f"/event/{event}", "organisations": "/organisations",
        "organisation": f"/organisation/{organisation}", "flow": "/flow?quarter=all", "sources": "/sources",
        "quality": "/quality", "sql": "/sql", "review": "/review", "run": "/run", "corrections": "/corrections",
        "nonsense": "/?score=x&status=y", "unknown": "/event/none", "login": "/login",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_at_every_size(address: str, browser: Browser, ask: Ask, scheme: str) -> None:
    page = open_page(browser, color_scheme=scheme)
    troubles = watch(page)
    for name, path in addresses(ask).items():
        page.goto(address + path)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert not is_too_wide(page), (name, width)
            assert find_squeezed(page) == [], (name, width)
            if (scheme, width) in AXE_AT:
                assert find_barriers(page) == [], (name, width, scheme)
            if SHOTS:
                page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}-{scheme}.png"))
    assert troubles == []


def test_charts_are_drawn_from_the_tables(address: str, browser: Browser, ask: Ask) -> None:
    page = open_page(browser)
    troubles = watch(page)
    page.goto(address + addresses(ask)["organisation"])
    assert page.locator("[data-chart=band] rect.bar").count() == page.locator("#windows tbody tr").count() > 3
    assert page.locator("[data-chart=band] rect.alarm").count() >= 1
    page.goto(address + "/flow?quarter=all")
    assert page.locator("path.flow").count() == page.locator("#flows tbody tr").count() > 2
    assert troubles == []


def test_whoever_keeps_the_tab_open_is_told_what_is_new(home: Path, browser: Browser) -> None:
    with serving(home, DEPARTURES_AS_OF=AS_OF) as base:
        page = open_page(browser)
        troubles = watch(page)
        page.clock.install()
        page.goto(base)
        name = page.locator(".flight h2 a").first.inner_text()
        assert page.locator(".new:visible").count() == page.locator("[data-latest]:visible").count() == 0
        publish_again(home, name)
        page.clock.run_for(61_000)
        expect(page.locator("[data-latest]")).to_contain_text("1 new on the board")
        assert page.title().startswith("(1) ")
        page.get_by_role("link", name="Show it").click()
        expect(page.locator(".flight", has=page.locator(".new:visible"))).to_contain_text(name)
        assert not page.title().startswith("(")
        assert troubles == []


def publish_again(home: Path, person: str) -> None:
    """Another generation, in which one person is known only now."""
    published = home / "published" / "departures.duckdb"
    following = shutil.copy(published, published.with_name("next.duckdb"))
    with duckdb.connect(str(following)) as con:
        con.execute("UPDATE store.generation SET number = number + 1, as_of = as_of + INTERVAL 1 HOUR")
        changed = "UPDATE store.event_versions SET first_known_at = first_known_at + INTERVAL 1 HOUR"
        con.execute(f"{changed} WHERE person = ? AND flagged", [person])
    Path(following).replace(published)


def test_filtering_by_keyboard(address: str, browser: Browser) -> None:
    page = open_page(browser, viewport={"width": 1024, "height": 768})
    page.goto(address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(8):  # over the counts and the exoduses
        page.keyboard.press("Tab")
        if page.get_by_label("Search").evaluate("field => field === document.activeElement"):
            break
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("schulman")
    expect(page.locator("[data-live-count]")).to_have_text("(1)")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"\?q=schulman$"))
    expect(page.locator(".tally").get_by_role("status")).to_have_text(re.compile("^1 of"))
    page.get_by_role("link", name="Search: schulman").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "schulman" not in url)


def test_everything_is_readable_without_javascript(address: str, browser: Browser, ask: Ask) -> None:
    page = open_page(browser, java_script_enabled=False)
    places = addresses(ask)
    page.goto(address + "/?person=murati")
    page.get_by_role("link", name="Mira Murati", exact=True).first.click()
    assert page.get_by_role("heading", name="Why it is flagged").is_visible()
    page.goto(address + places["flow"])
    assert page.get_by_role("table").first.is_visible()
    page.goto(address + places["organisation"])
    page.get_by_text("The figures").first.click()
    assert page.get_by_role("table").first.is_visible()
    page.goto(f"{address}/sql")
    page.locator("textarea").fill("SELECT 6 * 7 AS answer")
    page.get_by_role("button", name="Run").click()
    assert page.get_by_role("cell", name="42").is_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert "42" in Path(str(download.value.path())).read_text()


def test_log_in_review_log_out(home: Path, browser: Browser) -> None:
    make_unsure(home, ["Luke Metz"])
    with serving(home, DEPARTURES_AS_OF=AS_OF, DEPARTURES_BOARD_TOKEN="a long token") as base:
        page = open_page(browser)
        page.goto(base)
        page.get_by_role("link", name="Log in to review").click()
        page.get_by_label("Your name").fill("Ada")
        page.get_by_label("Token").fill("a long token")
        page.get_by_role("button", name="Log in").click()
        assert page.evaluate("document.cookie") == ""
        page.get_by_role("link", name="Review").click()
        name = page.locator("article.case h2 a").first.inner_text()
        case = page.locator("article.case").first
        case.get_by_label("Reason").fill("two people of one name")
        case.get_by_role("button", name="Reject").click()
        page.get_by_text("Kept. The next run applies it.").wait_for()
        page.get_by_role("button", name="Undo").first.click()
        page.get_by_text("Kept.").wait_for()
        assert name in page.locator("body").inner_text()
        page.get_by_role("button", name="Log out").click()
        page.get_by_role("link", name="Log in to review").wait_for()
    assert len(list((home / "inbox").glob("*.json"))) == 2


def test_hostile_content_is_text(home: Path, browser: Browser, ask: Ask) -> None:
    poison(home)
    with serving(home, DEPARTURES_AS_OF=AS_OF) as base:
        page = open_page(browser, viewport={"width": 360, "height": 740})
        troubles = watch(page)
        places = {**addresses(ask), "all": "/?scope=events", "answer": "/sql"}
        for name, path in places.items():
            answer = page.goto(base + path)
            assert answer and len(answer.body()) < 300_000, name
            page.wait_for_load_state("load")
            assert page.title() != "owned", name
            assert page.locator("main script, main img, main svg[onload], a[href^=javascript]").count() == 0, name
            assert not is_too_wide(page), name
        page.goto(f"{base}/?scope=events")
        assert "<script>document.title='owned'</script>" in page.locator("main").inner_text()
        assert "{{ 7 * 7 }}" in page.locator("main").inner_text()
        assert page.locator("bdi").count() > 10
        page.goto(f"{base}/sql")
        page.locator("textarea").fill("SELECT e.person, m.quote FROM events e, moves m LIMIT 20")
        page.get_by_role("button", name="Run").click()
        page.wait_for_url("**/sql?q=*")
        assert page.get_by_role("columnheader", name="person").count(), page.locator("main").inner_text()[:600]
        assert troubles == []


def test_a_script_that_got_in_would_not_run(address: str, browser: Browser) -> None:
    """The policy by itself: inline scripts, handlers, javascript: links and foreign addresses are refused."""
    page = open_page(browser)
    page.goto(address)
    refused = page.evaluate("""() => {
        const tries = [
            () => document.createElement('img').setAttribute('onerror', "document.title = 'owned'"),
            () => { document.createElement('script').text = "document.title = 'owned'"; },
            () => { document.body.innerHTML = '<img src=x>'; },
        ];
        const link = document.createElement('a');
        link.setAttribute('href', "javascript:document.title='owned'");
        document.body.append(link);
        link.click();
        return tries.filter((attempt) => { try { attempt(); return false; } catch { return true; } }).length;
    }""")
    assert refused == 3
    assert page.evaluate("fetch('https://evil.example/').then(() => 'sent', () => 'refused')") == "refused"
    page.wait_for_timeout(200)
    assert page.title() != "owned"
