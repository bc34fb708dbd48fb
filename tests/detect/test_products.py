"""Products, models and programmes: nobody works for one, and a person may bear the name of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.detect.moves import find_moves
from include.errors import ConfigError
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.products import load_products
from include.records import Document, Move


def find_departures(text: str, lang: str) -> list[Move]:
    return [m for m in find_moves(Document("x", lang, "", text, "2026-03-05")) if m.kind == "departure"]


@pytest.mark.parametrize(
    ("lang", "text", "person", "firm"),
    [
        ("uk", "Tesla втрачає Пітера Беннона. Керівник Dojo йде з компанії, пише Bloomberg.", "Беннон", "Tesla"),
        ("zh-Hans", "特斯拉Optimus负责人Milan Kovac离职。Optimus团队将由阿肖克接手。", "Kovac", "Tesla"),
        ("en", "Rune Halvard, who built Sora 2 at OpenAI, has left. Sora 2 came out in May.", "Halvard", "OpenAI"),
        ("de", "Der Chef von Llama 4, Jonas Ritterbusch, verlässt Meta. Llama 4 enttäuschte.", "Ritterbusch", "Meta"),
    ],
)
def test_nobody_works_for_a_product(lang: str, text: str, person: str, firm: str) -> None:
    found = [m for m in find_departures(text, lang) if any(person in alias for alias in m.person_aliases)]
    assert [m.from_org for m in found] == [firm]


def test_who_bears_the_name_of_a_product_is_a_person() -> None:
    found = find_departures("Claude Bessière quitte Airbus. Claude y dirigeait la recherche.", "fr")
    assert [(m.person, m.from_org) for m in found] == [("Claude Bessière", "Airbus")]


def test_no_product_is_an_organisation_of_the_gazetteer() -> None:
    names = {form for firm in load_gazetteer().organisations for form in (firm.name, *firm.aliases)}
    assert names.isdisjoint(load_products())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("products: [Sora, Sora]\n", r":1: products: 'Sora' stands twice"),
        ("# ours\nproducts: [Sora, 7]\n", r":2: products must be a list of texts"),
        ("product: [Sora]\n", r"product"),
    ],
)
def test_a_wrong_list_is_refused_with_its_line(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "products.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=complaint) as error:
        load_products(path)
    assert str(path) in str(error.value)
