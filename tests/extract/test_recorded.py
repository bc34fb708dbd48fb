"""Every recorded page gives what a person has approved."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import recorded

FIELDS = ("title", "authors", "date", "modified", "lang", "canonical_url", "paywalled", "reason", "origin", "text")


def test_there_are_enough_pages_and_each_says_what_it_shows() -> None:
    names = recorded.list_pages()
    assert len(names) >= 40
    for name in names:
        record = recorded.load_record(name)
        assert record["shows"], name
        assert record["source"], name
        assert (recorded.PAGES / f"{name}.html").is_file(), name


@pytest.mark.parametrize("name", recorded.list_pages())
def test_page(name: str) -> None:
    record = recorded.load_record(name)
    assert record.get("reviewed") == recorded.digest(record["expected"]), (
        f"{name}: the expectation was written anew; look at the difference, "
        f"then run `python -m tests.recorded --reviewed {name}`"
    )
    found = recorded.extract_record(name)
    for field in FIELDS:
        assert found[field] == record["expected"][field], f"{name}: {record['shows']}"


def test_a_regenerated_expectation_is_not_signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.recorded.__main__ import main

    name = recorded.list_pages()[0]
    record = recorded.load_record(name)
    html = (recorded.PAGES / f"{name}.html").read_bytes()
    monkeypatch.setattr(recorded, "PAGES", tmp_path)
    (tmp_path / f"{name}.html").write_bytes(html)
    recorded.save_record(name, {**record, "expected": {**record["expected"], "title": "Something else"}})
    main([name])
    regenerated = recorded.load_record(name)
    assert "reviewed" not in regenerated
    assert regenerated["expected"] == record["expected"]
    main(["--reviewed", name])
    assert recorded.load_record(name)["reviewed"] == recorded.digest(record["expected"])
