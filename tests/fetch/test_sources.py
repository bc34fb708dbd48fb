"""The source list: the packaged one, people's own, OPML."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import ConfigError
from include.fetch.feed import is_wanted
from include.fetch.feedformat import read_feed
from include.fetch.items import make_items
from include.knowledge.feeds import FEED_KINDS, PACKAGED_FEEDS, FeedSource, load_feeds, save_feeds
from include.knowledge.opml import export_opml, import_opml, make_id, normalise_lang, read_lang

GOOD = """feeds:
  - id: a
    name: A
    url: https://a.example.org/feed
    lang: en
    country: US
    kind: press
"""

letters = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"])
names = st.text(letters, min_size=1, max_size=30).map(str.strip).filter(bool)
amounts = st.floats(0, 1_000).map(lambda number: round(number, 2))
sources = st.builds(
    FeedSource,
    id=st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True),
    name=names,
    url=st.integers(0, 10**9).map(lambda number: f"https://x{number}.example.org/feed?a=1&b={number}"),
    lang=st.sampled_from(["en", "zh-Hans", "zh-Hant", "und", "no"]),
    country=st.sampled_from(["US", "NO", "XX"]),
    kind=st.sampled_from(FEED_KINDS),
    weight=st.floats(0, 2),
    expect_per_day=st.none() | st.tuples(amounts, amounts).map(lambda pair: (min(pair), max(pair))),
    lag_hours=st.none() | st.floats(0.1, 1_000),
    delay=st.none() | st.floats(0, 1_000),
    match=st.sampled_from(["", r"Item 5\.02", 'a "quoted" <word>']),
    follow=st.sampled_from(["", r'href="(/ix[^"]+\.htm)"']),
    enabled=st.booleans(),
)
lists = st.lists(sources, min_size=1, max_size=6, unique_by=(lambda source: source.id, lambda source: source.url))


def test_the_packaged_list() -> None:
    packaged = load_feeds(PACKAGED_FEEDS)
    assert len(packaged) >= 100
    assert len({source.lang for source in packaged}) >= 24
    assert {source.kind for source in packaged} == set(FEED_KINDS)
    assert len({source.url for source in packaged}) == len(packaged)
    assert all(source.expect_per_day and source.lag_hours for source in packaged)
    assert any("5\\.02" in source.match and source.kind == "filing" for source in packaged)


@settings(max_examples=50)
@given(lists)
def test_saved_and_loaded_is_the_same(tmp_path_factory: pytest.TempPathFactory, many: list[FeedSource]) -> None:
    path = tmp_path_factory.mktemp("saved") / "feeds.yaml"
    save_feeds(path, many)
    assert load_feeds(path) == tuple(many)
    assert [file.name for file in path.parent.iterdir()] == ["feeds.yaml"]


@settings(max_examples=50)
@given(lists)
def test_exported_and_imported_is_the_same(tmp_path_factory: pytest.TempPathFactory, many: list[FeedSource]) -> None:
    path = tmp_path_factory.mktemp("opml") / "feeds.opml"
    path.write_text(export_opml(many), encoding="utf-8")
    assert import_opml(path) == tuple(many)


def test_a_failed_save_leaves_the_old_list(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD)
    with pytest.raises(AttributeError):
        save_feeds(path, [object()])  # type: ignore[list-item]
    assert path.read_text() == GOOD
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("kind: press", "kind: blog", 7, "kind 'blog': one of lab, filing, wire, press"),
        ("lang: en", "lang: English", 5, "lang 'English'"),
        ("country: US", "country: Norway", 6, "country 'Norway': two capital letters"),
        ("name: A", "name: 5", 3, "name 5: text is expected"),
        ("id: a", "id: A b", 2, "id 'A b'"),
        ("url: https://a.example.org/feed", "url: ftp://x", 4, "url 'ftp://x'"),
        ("url: https://a.example.org/feed", "url: https://me:secret@a.example.org/", 4, "without user name"),
        ("name: A", "name: ''", 3, "name ''"),
        ("name: A", "nmae: A", 3, "unknown key 'nmae'"),
        ("    name: A\n", "", 2, "key 'name' is missing"),
        ("kind: press", "kind: press\n    weight: 9", 8, "weight 9: a number from 0 to 2"),
        ("kind: press", "kind: press\n    delay: fast", 8, "delay 'fast'"),
        ("kind: press", "kind: press\n    enabled: 1", 8, "enabled 1: true or false"),
        ("kind: press", "kind: press\n    match: '('", 8, "not a regular expression"),
        ("kind: press", "kind: press\n    expect: {per_day: [5, 1]}", 8, r"expect per_day \[5, 1\]"),
        ("kind: press", "kind: press\n    expect: {per_day: 5}", 8, "expect per_day 5"),
        ("kind: press", "kind: press\n    expect: {lag_hours: 0}", 8, "lag_hours 0"),
        ("kind: press", "kind: press\n    match: 'a{99999999999999999999}'", 8, "not a regular expression"),
        ("kind: press", "kind: press\n    expect: 5", 8, "a mapping with lag_hours, per_day is expected, found 5"),
        ("name: A", "name: 2026-13-45", 3, "'2026-13-45' looks like a date and is none; put it in quotes"),
        ("name: A", "name: 2026-02-31 06:00:00", 3, "looks like a date and is none"),
        ("kind: press", f"kind: press\n    weight: {'9' * 5000}", 8, "'9{50,}.* looks like a number and is none"),
        ("kind: press", f"kind: press\n    weight: 0x{'f' * 5000}", 8, "looks like a number and is none"),
        ("name: A", "name: !!bool perhaps", 3, "'perhaps' looks like tag:yaml.org,2002:bool and is none"),
        ("name: A", "? !!set {a}\n    : b\n    name: A", 3, "a list or mapping is no key"),
        (GOOD, "", 1, "a mapping with feeds is expected, found nothing"),
        (GOOD, "feeds:\n  - 3\n", 1, "a mapping with country, id, .* is expected, found 3"),
        ("feeds:\n", "feeds: none\nx:\n", None, "unknown key 'x'"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(
    tmp_path: Path, before: str, after: str, line: int | None, message: str
) -> None:
    path = tmp_path / "feeds.yaml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after))
    with pytest.raises(ConfigError, match=message) as error:
        load_feeds(path)
    assert str(error.value).startswith(f"{path}:{line}: " if line else str(path))
    assert "secret" not in str(error.value)


def test_an_id_stands_once(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD + GOOD.removeprefix("feeds:\n"))
    with pytest.raises(ConfigError, match=r"feeds.yaml:8: id 'a' is already used in line 2"):
        load_feeds(path)


FLOW = "{id: a, name: A, url: 'https://a.example.org/feed', lang: en, country: US, kind: press}"
ADDED = FeedSource("b", "B", "https://b.example.org/feed", "no", "NO", "lab", expect_per_day=(0, 5))


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n" + GOOD + "    # last words",
        GOOD.replace("\n  ", "\n"),
        f"feeds: [{FLOW}]\n",
        f"feeds: [{FLOW}]  # mine",
        f"# mine\nfeeds: [\n  {FLOW}, # the first, as ]\n]\n",
        f"feeds: [\n  # mine, 中 😀\n  {FLOW} # the last\n]\n# end",
        f"{{feeds: [{FLOW}]}} # mine\n",
        f"feeds: # mine\n- {FLOW}\n",
        "feeds: []  # mine\n",
        "---\nfeeds: [ # mine\n]\n...\n",
    ],
)
def test_adding_keeps_what_stands_there(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(text)
    present = load_feeds(path)
    save_feeds(path, (*present, ADDED))
    assert load_feeds(path) == (*present, ADDED)
    assert [word for word in re.findall("#.*", text) if word not in path.read_text()] == []
    save_feeds(path, (ADDED,))
    assert load_feeds(path) == (ADDED,)


def test_a_list_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(f"# mine\n{GOOD}...\n# end\n")
    with pytest.raises(ConfigError, match=r"feeds.yaml: cannot be added to as it is written; .*`- id:`$"):
        save_feeds(path, (*load_feeds(path), ADDED))
    assert path.read_text() == f"# mine\n{GOOD}...\n# end\n"
    assert [file.name for file in tmp_path.iterdir()] == ["feeds.yaml"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"lang": "pt_BR"}, "source 'b': lang 'pt_BR': a language code"),
        ({"lang": ""}, "source 'b': lang '': text is expected"),
        ({"country": "usa"}, "country 'usa'"),
        ({"id": "B!"}, "id 'B!'"),
        ({"name": " "}, "name ' '"),
        ({"url": "ftp://b.example.org"}, "url 'ftp"),
        ({"weight": 9.0}, "weight 9"),
        ({"weight": float("nan")}, "weight nan"),
        ({"delay": float("inf")}, "delay inf"),
        ({"expect_per_day": (5.0, float("inf"))}, "expect per_day"),
        ({"match": "("}, "match '\\('"),
        ({"id": "a"}, "source 'a': 2 sources have this id"),
    ],
)
def test_what_no_list_can_hold_is_not_saved(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD)
    with pytest.raises(ConfigError, match=message):
        save_feeds(path, (*load_feeds(path), replace(ADDED, **changes)))
    assert path.read_text() == GOOD
    with pytest.raises(ConfigError):
        save_feeds(tmp_path / "new" / "feeds.yaml", (replace(ADDED, id="a"), replace(ADDED, **changes)))
    assert not (tmp_path / "new" / "feeds.yaml").exists()


def test_a_home_list_begins_as_the_packaged_one(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    save_feeds(path, (*load_feeds(PACKAGED_FEEDS), ADDED))
    assert load_feeds(path) == (*load_feeds(PACKAGED_FEEDS), ADDED)
    assert path.read_text().startswith(PACKAGED_FEEDS.read_text().rstrip())


FOREIGN = """<?xml version="1.0"?><opml version="1.0"><head/><body>
  <outline text="Tech"><outline text="Müller &amp; Söhne" xmlUrl="https://m.example.org/rss" language="de-AT"/>
  <outline text="二" xmlUrl="https://z.example.org/rss" language="zh-TW"/>
  <outline text="again" xmlUrl="https://m.example.org/rss"/><outline text="a folder"/></outline>
  <outline text="Muller Sohne" type="rss" xmlUrl="https://n.example.org/rss"/>
</body></opml>"""


def test_other_readers_lists_are_read(tmp_path: Path) -> None:
    path = tmp_path / "list.opml"
    path.write_text(FOREIGN, encoding="utf-8")
    read = import_opml(path, taken_ids={"feed"})
    assert [(source.id, source.name, source.lang) for source in read] == [
        ("muller-sohne", "Müller & Söhne", "de"),
        ("feed-2", "二", "zh-Hant"),
        ("muller-sohne-2", "Muller Sohne", "und"),
    ]
    save_feeds(tmp_path / "feeds.yaml", read)
    assert load_feeds(tmp_path / "feeds.yaml") == read


OWN = (
    '<opml xmlns:d="https://github.com/departure-board/ns/opml"><body>'
    '<outline text=" F " title=" " xmlUrl="https://f.example.org/feed" {}/></body></opml>'
)


def test_what_another_reader_writes_into_our_attributes_is_put_right(tmp_path: Path) -> None:
    path = tmp_path / "list.opml"
    path.write_text(OWN.format('d:id="F one" language="pt_BR"'))
    assert import_opml(path) == (FeedSource("f-one", "F", "https://f.example.org/feed", "pt", "XX", "press"),)
    path.write_text(OWN.format('d:id="f" language="Klingon"'))
    assert [(source.id, source.lang) for source in import_opml(path, lang="en")] == [("f", "en")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<opml><body></body>", r"list.opml:1: not valid XML"),
        ("<rss/>", "the root element is 'rss'"),
        ("<opml/>", "no feed in it"),
        ('<opml><body><outline text="F" xmlUrl="file:///etc/passwd"/></body></opml>', "outline 'F': url 'file:"),
        (OWN.format('d:id="f" d:country="usa"'), "outline 'F': source 'f': country 'usa': two capital letters"),
        (OWN.format('d:weight="inf"'), "outline 'F': source 'f': weight inf"),
        (OWN.format('d:perDay="nan 3"'), "outline 'F': source 'f': expect per_day"),
        (OWN.format('d:match="("'), r"outline 'F': source 'f': match '\('"),
    ],
)
def test_a_wrong_opml_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "list.opml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        import_opml(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        import_opml(tmp_path / "none.opml")


def test_names_and_languages() -> None:
    assert make_id("Ars Technica!", ()) == "ars-technica"
    assert make_id("Ars", {"ars", "ars-2"}) == "ars-3"
    assert [normalise_lang(text, "und") for text in ("en-US", "pt_BR", "zh-CN", "zh-hk", "", "Deutsch")] == [
        "en", "pt", "zh-Hans", "zh-Hant", "und", "und",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "read"),
    [("pt_BR", "pt"), ("EN_us", "en"), ("zh-cn", "zh-Hans"), ("zh", "zh-Hans"), ("zh_TW", "zh-Hant"), (" en ", "en"),
     ("zh-Hant", "zh-Hant"), ("sr-Latn", "sr-Latn"), ("und", "und"), ("no", "no")],
)  # fmt: skip
def test_a_language_that_a_person_gives(given: str, read: str, tmp_path: Path) -> None:
    assert read_lang(given, "--lang") == read
    save_feeds(tmp_path / "feeds.yaml", [replace(ADDED, lang=read)])


@pytest.mark.parametrize("given", ["english", "", "e", "en--US", "en US", "中文", "pt_BR\nid: x"])
def test_what_is_no_language_is_refused(given: str) -> None:
    with pytest.raises(ConfigError, match=r"^--lang '.*': a language code such as en or zh-Hans is expected$"):
        read_lang(given, "--lang")


def test_a_disabled_source_stays_disabled(tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(GOOD)
    [source] = load_feeds(path)
    save_feeds(path, [replace(source, enabled=False)])
    assert load_feeds(path) == (replace(source, enabled=False),)


EDGAR = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Latest Filings</title>
<entry><title>8-K - ACME CORP (0000001234) (Filer)</title>
<link rel="alternate" type="text/html" href="https://www.sec.gov/Archives/edgar/data/1234/1-26-1-index.htm"/>
<summary type="html">&lt;b&gt;Filed:&lt;/b&gt; 2026-11-20 &lt;br&gt;Item {item}</summary>
<updated>2026-11-20T16:05:11-05:00</updated><id>urn:tag:sec.gov,2008:accession-number=1-26-1</id></entry></feed>"""


@pytest.mark.parametrize(
    ("item", "wanted"),
    [
        ("5.02: Departure of Directors or Certain Officers; Election of Directors", True),
        ("2.02: Results of Operations and Financial Condition", False),
    ],
)
def test_filings_of_item_502_are_a_source_like_any_other(item: str, wanted: bool) -> None:
    [source] = [source for source in load_feeds(PACKAGED_FEEDS) if source.kind == "filing"]
    feed = read_feed(EDGAR.format(item=item).encode(), content_type="application/atom+xml")
    batch = make_items(feed, source_id=source.id, url=source.url, as_of=datetime(2026, 11, 21, tzinfo=UTC))
    [entry] = batch.items
    assert is_wanted(source, entry) == wanted
    assert entry.updated_at == datetime(2026, 11, 20, 21, 5, 11, tzinfo=UTC)
    found = re.search(source.follow, '<a href="/ix?doc=/Archives/edgar/data/1234/12626/acme-8k.htm">8-K</a>')
    assert found is not None and found[1] == "/Archives/edgar/data/1234/12626/acme-8k.htm"
