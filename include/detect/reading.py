"""What the engine has understood of a document before it looks for moves: mentions, entities, sentences."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from include.detect.ago import Ago
from include.detect.encoder.heads import Dating, Names, Verdict
from include.detect.lexicon import Hit, Lexicon
from include.detect.names import Candidate
from include.detect.text import NormalText
from include.detect.words import Words

if TYPE_CHECKING:
    from include.detect.dates import DateMention

_FEW = 48  # hits that are looked through one by one
MentionKind = Literal["person", "org", "role", "org_ref", "pronoun", "unknown"]


@dataclass(slots=True)
class Mention:
    """A typed span of the normal text."""

    start: int
    end: int
    kind: MentionKind
    text: str
    key: str  # folded
    sentence: int
    score: float = 1.0  # how sure the type is; 0.5 and less is a guess
    entity: int = -1  # index into Reading.persons or Reading.orgs
    gazetteer_id: str | None = None
    family: str | None = None  # of a role
    sides: dict[str, bool] = field(default_factory=dict)  # grammatical marks: "from", "to", "at", "by", ...
    roles: list[Mention] = field(default_factory=list)  # of a person: posts beside the name
    orgs: list[Mention] = field(default_factory=list)  # of a person: organisations beside the name
    former: bool = False
    listed: bool = False  # a part of the name stands in a list of names


@dataclass(slots=True)
class Entity:
    """A person or organisation of this document."""

    name: str
    key: str
    gazetteer_id: str | None
    mentions: list[Mention] = field(default_factory=list)
    forms: dict[str, None] = field(default_factory=dict)
    kind: str = ""  # of an organisation in the gazetteer: lab, media, ...


@dataclass(slots=True)
class Reading:
    """One document, read."""

    text: NormalText
    lexicon: Lexicon
    sentences: list[tuple[int, int]]
    hits: list[Hit]
    mentions: list[Mention] = field(default_factory=list)  # by start
    persons: list[Entity] = field(default_factory=list)
    orgs: list[Entity] = field(default_factory=list)
    dominant_org: int = -1
    title_case: bool = False
    words: Words = field(default_factory=Words)  # of scripts that write none apart
    names: list[tuple[Candidate, dict[str, float]]] | None = None  # candidates with their features, for training
    written: Names | None = None  # where the encoder sees names
    verdict: Verdict | None = None  # what it makes of people and organisations
    stated: list[str] | None = None  # the dates that the text names itself, once they are asked for
    dates: list[DateMention] | None = None  # of what the encoder read, once they are asked for
    dating: dict[int, Dating | None] = field(default_factory=dict)  # what it makes of them for a person
    agos: list[Ago] | None = None  # "five years ago", wherever the text says it, once they are asked for
    scenes: set[int] = field(default_factory=set)  # sentences in which somebody leaves a room, a stage, a thing
    overview: object = None  # what the choice of organisations keeps of a document
    _starts: list[int] = field(default_factory=list)
    _rows: dict[int, list[Mention]] | None = None
    _places: dict[str, list[int]] | None = None  # indexes of the hits of every category
    _counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._starts = [hit.start for hit in self.hits]

    def make_mention(
        self, start: int, end: int, kind: MentionKind, score: float, gazetteer_id: str | None
    ) -> Mention:  # fmt: skip
        """A mention of a span of the normal text; it is not yet one of the document's."""
        text, key = self.text.norm[start:end], self.text.fold[start:end]
        return Mention(start, end, kind, text, key, self.sentence_at(start), score, gazetteer_id=gazetteer_id)

    def set_mentions(self, mentions: list[Mention]) -> None:
        """Replace the mentions; they are kept by start."""
        self.mentions = sorted(mentions, key=lambda m: (m.start, -m.end))
        self._rows = None

    def sentence_at(self, offset: int) -> int:
        """Index of the sentence that holds an offset."""
        return max(0, bisect_right(self.sentences, (offset, len(self.text.norm) + 1)) - 1)

    def in_sentence(self, index: int, *kinds: str) -> list[Mention]:
        """Mentions of one sentence, by start."""
        if self._rows is None:
            self._rows = {}
            for mention in self.mentions:
                self._rows.setdefault(mention.sentence, []).append(mention)
        row = self._rows.get(index, [])
        return [m for m in row if m.kind in kinds] if kinds else row

    def count(self, word: str) -> int:
        """How often a word stands in the folded text, alone or inside others."""
        found = self._counts.get(word)
        if found is None:
            found = self._counts[word] = self.text.fold.count(word)
        return found

    def hits_in(self, start: int, end: int, *categories: str) -> list[Hit]:
        """Lexicon hits that begin in a span."""
        first, last = bisect_left(self._starts, start), bisect_left(self._starts, end)
        if last - first <= _FEW:
            return [hit for hit in self.hits[first:last] if hit.entry.category in categories]
        if self._places is None:
            self._places = {}
            for place, hit in enumerate(self.hits):
                self._places.setdefault(hit.entry.category, []).append(place)
        found: list[int] = []
        for category in set(categories):
            places = self._places.get(category, [])
            found += places[bisect_left(places, first) : bisect_left(places, last)]
        return [self.hits[place] for place in sorted(found)]

    def hits_from(self, start: int, end: int) -> list[Hit]:
        """Lexicon hits of any category that begin in a span."""
        return self.hits[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
