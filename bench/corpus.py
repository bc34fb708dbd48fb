"""A made-up world of news for the measurements: as many articles and moves as are asked for, the same for a seed.

Two thousand articles a day of 200 sources in five languages, weighted by Zipf as sources and organisations are; one in
ten tells a move. Moves are reports of events: most events are told two or three times within four days, in several
languages, some word for word as another outlet told them. People have names from the packs, a third of them moves
twice; organisations are those of the gazetteer and as many again that it does not know. Texts are a thousand to five
thousand characters of plain sentences, and the quote of a move stands where its offsets say.

No article of this exists. History grows with days: 10,000 articles are a week, 1,000,000 are sixteen months.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml

from include.extract.fingerprint import PERMUTATIONS
from include.records import Article, Evidence, Move, MoveKind, MoveStatus

Name = TypeVar("Name", bound=str)
UNTIL = datetime(2026, 11, 21, 6, tzinfo=UTC)
PER_DAY = 2_000
MOVES_PER_DAY = PER_DAY // 10
SOURCES, KNOWLEDGE = 200, Path(__file__).parents[1] / "include" / "knowledge"
LANGUAGES = (("en", 50), ("de", 15), ("fr", 12), ("es", 13), ("pt", 10))
SIGNED_DAYS = 31  # older signatures are dropped by the load
_KINDS: tuple[tuple[MoveKind, int], ...] = (
    ("departure", 62), ("arrival", 14), ("appointment", 19), ("leave", 3), ("return", 2),
)  # fmt: skip
_STATUSES: tuple[tuple[MoveStatus, int], ...] = (("announced", 70), ("reported", 22), ("rumoured", 6), ("denied", 2))
_ROLES = (
    "chief executive", "chief scientist", "chief financial officer", "head of research", "vice president",
    "research scientist", "head coach", "general counsel", "managing director", "co-founder",
)  # fmt: skip
_SAID = {
    "en": "{person}, {role} of {left}, is leaving to join {joined}, people close to the matter said.",
    "de": "{person}, {role} bei {left}, wechselt zu {joined}, wie das Unternehmen mitteilte.",
    "fr": "{person}, {role} chez {left}, rejoint {joined}, a annoncé l'entreprise.",
    "es": "{person}, {role} de {left}, se marcha a {joined}, según ha comunicado la empresa.",
    "pt": "{person}, {role} da {left}, está de saída para {joined}, informou a empresa.",
}
_TITLES = {
    "en": "{person} leaves {left}",
    "de": "{person} verlässt {left}",
    "fr": "{person} quitte {left}",
    "es": "{person} deja {left}",
    "pt": "{person} deixa a {left}",
}
_SENTENCES = {
    "en": (
        "Shares of {left} closed {n} per cent lower in a quiet market on the day before.",
        "The company employs about {n}00 people at {n} sites and did not say how many it will hire.",
        "Analysts had expected a quarter much like the last one, and most of them left their estimates as they were.",
        "In a letter to the staff the board thanked everyone who had worked on the project for the past {n} months.",
        "The new model is said to need a {n}th of the energy of the one before it, which was presented in spring.",
        "Regulators in three countries have asked for documents; a decision is expected within {n} weeks.",
        "A spokeswoman declined to comment on questions that had been sent to her on Tuesday.",
        "It is the {n}th time that the city has put the plan to a vote, and the outcome is as open as ever.",
    ),
    "de": (
        "Die Aktie von {left} schloss am Vortag {n} Prozent tiefer.",
        "Das Unternehmen beschäftigt rund {n}00 Menschen an {n} Standorten.",
        "Analysten hatten mit einem ähnlichen Quartal gerechnet und ließen ihre Schätzungen meist unverändert.",
        "In einem Brief an die Belegschaft dankte der Aufsichtsrat allen für die Arbeit der letzten {n} Monate.",
        "Behörden in drei Ländern haben Unterlagen angefordert; eine Entscheidung wird in {n} Wochen erwartet.",
        "Eine Sprecherin wollte sich auf Anfrage nicht äußern.",
    ),
    "fr": (
        "L'action de {left} a perdu {n} pour cent la veille dans un marché calme.",
        "L'entreprise emploie environ {n}00 personnes sur {n} sites.",
        "Les analystes attendaient un trimestre semblable au précédent et n'ont guère changé leurs prévisions.",
        "Dans une lettre au personnel, le conseil a remercié tous ceux qui ont travaillé au projet depuis {n} mois.",
        "Les autorités de trois pays ont demandé des documents ; une décision est attendue dans {n} semaines.",
        "Une porte-parole n'a pas souhaité répondre aux questions.",
    ),
    "es": (
        "La acción de {left} cerró el día anterior con una caída del {n} por ciento.",
        "La empresa emplea a unas {n}00 personas en {n} centros.",
        "Los analistas esperaban un trimestre parecido al anterior y apenas cambiaron sus previsiones.",
        "En una carta a la plantilla, el consejo agradeció el trabajo de los últimos {n} meses.",
        "Las autoridades de tres países han pedido documentos; se espera una decisión en {n} semanas.",
        "Una portavoz no quiso responder a las preguntas.",
    ),
    "pt": (
        "A ação da {left} fechou a véspera com queda de {n} por cento.",
        "A empresa emprega cerca de {n}00 pessoas em {n} unidades.",
        "Os analistas esperavam um trimestre parecido com o anterior e quase não mudaram suas previsões.",
        "Em carta aos funcionários, o conselho agradeceu o trabalho dos últimos {n} meses.",
        "Autoridades de três países pediram documentos; uma decisão é esperada em {n} semanas.",
        "Uma porta-voz não quis responder às perguntas.",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """What several articles tell."""

    kind: MoveKind
    person: str
    left: str
    joined: str
    role: str
    status: MoveStatus
    day: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """An article with what it says."""

    article: Article
    moves: tuple[Move, ...]


class World:
    """A world of so many articles; `days()` tells it day by day, the last one at `UNTIL`."""

    def __init__(self, articles: int, *, seed: int = 1) -> None:
        self._dice = random.Random(seed)
        self._days = max(1, articles // PER_DAY)
        self._sources = [(f"source-{n:03d}", pick(self._dice, LANGUAGES)) for n in range(SOURCES)]
        self._source_weights = cumulate(1 / (n + 5) for n in range(SOURCES))
        self._givens, self._surnames = read_names()
        self._organisations = read_organisations()
        self._dice.shuffle(self._organisations)
        self._organisation_weights = cumulate(1 / (n + 20) for n in range(len(self._organisations)))
        self._people: list[str] = []
        self._pending: dict[int, list[Happening]] = defaultdict(list)
        self._number = 0

    def days(self) -> Iterator[tuple[datetime, list[Told]]]:
        """(morning, articles of the day before it), oldest first."""
        for day in range(self._days):
            morning = UNTIL - timedelta(days=self._days - 1 - day)
            signed = day >= self._days - SIGNED_DAYS
            reports = self._plan_reports(day, morning)
            told = [self._tell(morning, happening, signed) for happening in reports]
            told += [self._tell(morning, None, signed) for _ in range(PER_DAY - len(told))]
            yield morning, self._copy_some(told)

    def _plan_reports(self, day: int, morning: datetime) -> list[Happening]:
        """What is told on a day: what happened lately, and as much that is new as there is room for."""
        reports = self._pending.pop(day, [])[:MOVES_PER_DAY]
        while len(reports) < MOVES_PER_DAY:
            happening = self._happen(morning)
            reports.append(happening)
            while self._dice.random() < 0.6:
                self._pending[day + self._dice.choice((0, 1, 1, 2, 3))].append(happening)
            again = self._pending.pop(day, [])
            reports += again[: MOVES_PER_DAY - len(reports)]
        return reports

    def _happen(self, morning: datetime) -> Happening:
        dice = self._dice
        if self._people and dice.random() < 0.3:
            person = dice.choice(self._people)
        else:
            person = f"{dice.choice(self._givens)} {dice.choice(self._surnames)}"
            self._people.append(person)
        left, joined = dice.choices(self._organisations, cum_weights=self._organisation_weights, k=2)
        if left == joined:
            joined = self._organisations[0] if left != self._organisations[0] else self._organisations[1]
        return Happening(pick(dice, _KINDS), person, left, joined, dice.choice(_ROLES), pick(dice, _STATUSES), morning)

    def _tell(self, morning: datetime, happening: Happening | None, signed: bool) -> Told:
        dice = self._dice
        self._number += 1
        source_id, lang = dice.choices(self._sources, cum_weights=self._source_weights)[0]
        left = happening.left if happening else dice.choice(self._organisations)
        bank = _SENTENCES[lang]
        sentences = [each for _ in range(dice.randrange(2, 6)) for each in dice.sample(bank, len(bank))]
        filler = " ".join(s.format(left=left, n=dice.randrange(2, 99)) for s in sentences)
        said = title = ""
        if happening:
            names = {"person": happening.person, "role": happening.role, "left": left, "joined": happening.joined}
            said, title = _SAID[lang].format(**names), _TITLES[lang].format(**names)
        text = f"{said}\n\n{filler}" if said else filler
        article = self._make(morning, source_id, lang, title or f"{left}: {filler[:60]}", text, signed)
        return Told(article, (make_move(happening, said),) if happening else ())

    def _make(self, morning: datetime, source_id: str, lang: str, title: str, text: str, signed: bool) -> Article:
        dice = self._dice
        url = f"https://{source_id}.example/{morning:%Y/%m/%d}/{self._number}"
        published = morning - timedelta(minutes=dice.randrange(1, 1440))
        return Article(
            article_id=digest(url),
            source_id=source_id,
            source_ref="",
            url=url,
            canonical_url=url,
            lang=lang,
            title=title,
            text=text,
            authors=(f"{dice.choice(self._givens)} {dice.choice(self._surnames)}",),
            published_at=None if dice.random() < 0.02 else published,
            modified_at=None,
            fetched_at=morning,
            completeness="summary" if dice.random() < 0.1 else "full",
            site_name=source_id,
            content_hash=digest(f"{title}\n{text}"),
            # Of texts that have nothing in common; what the load compares are those of the last month.
            minhash=dice.randbytes(PERMUTATIONS * 4) if signed else b"",
            field_sources=(("title", "json-ld"), ("published_at", "json-ld"), ("text", "body")),
            archive_path=f"{morning:%Y/%m/%d}/{morning:%Y%m%dT%H%M%SZ}-0001.warc.gz",
            archive_offset=self._number * 9_000,
        )

    def _copy_some(self, told: list[Told]) -> list[Told]:
        """One article in twelve is what another outlet wrote, word for word."""
        dice = self._dice
        for place in range(len(told)):
            if dice.random() < 1 / 12:
                original = told[dice.randrange(len(told))]
                if bool(original.moves) != bool(told[place].moves):
                    continue
                mine, theirs = told[place].article, original.article
                copied = replace(
                    theirs,
                    article_id=mine.article_id,
                    source_id=mine.source_id,
                    url=mine.url,
                    canonical_url=mine.canonical_url,
                    published_at=mine.published_at,
                )
                told[place] = Told(copied, original.moves)
        return told


def make_move(happening: Happening, said: str) -> Move:
    """The move that the first sentence of a text tells."""
    joining = happening.kind in ("arrival", "appointment", "return")
    return Move(
        kind=happening.kind,
        person=happening.person,
        from_org=None if happening.kind == "return" else happening.left,
        to_org=happening.joined if joining or happening.kind == "departure" else None,
        status=happening.status,
        focus="main",
        evidence=Evidence("text", 0, len(said), said),
        person_aliases=(happening.person,),
        role_from=happening.role,
        date=f"{happening.day - timedelta(days=1):%Y-%m-%d}",
        confidence=0.9,
        rule="bench",
        detector="bench/1",
    )


def digest(text: str) -> str:
    """An id as the project makes them."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def pick(dice: random.Random, weighted: Sequence[tuple[Name, int]]) -> Name:
    """One of the first, by the weights of the second."""
    names, weights = zip(*weighted, strict=True)
    return dice.choices(names, weights)[0]  # type: ignore[no-any-return]


def cumulate(weights: Iterator[float]) -> list[float]:
    """Running sums, as `random.choices` wants them."""
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


@cache
def read_names() -> tuple[list[str], list[str]]:
    """Given names and surnames of the Latin pack."""
    pack = yaml.safe_load((KNOWLEDGE / "names" / "latin.yaml").read_text(encoding="utf-8"))
    return sorted(map(str, pack["given"])), sorted(map(str, pack["surnames"]))


@cache
def read_organisations() -> list[str]:
    """The names of the gazetteer, and as many again of organisations that it does not know."""
    entries = yaml.safe_load((KNOWLEDGE / "organisations.yaml").read_text(encoding="utf-8"))["organisations"]
    known = sorted({str(entry["name"]) for entry in entries})
    _, surnames = read_names()
    dice = random.Random(5)
    ends = ("Labs", "Systems", "Capital", "Robotics", "Energy", "Pharma", "Networks", "Partners", "Foods", "Motors")
    unknown = {f"{dice.choice(surnames)} {dice.choice(ends)}" for _ in range(2 * len(known))}
    return known + sorted(unknown)[: len(known)]
