"""The same articles in any order, in one run or in many, give the same events up to ids and known-at times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from include.records import Event, StoredMove
from include.resolve.book import EntityBook, Proposal
from include.resolve.candidates import may_concern
from include.resolve.entities import resolve_entities
from include.resolve.mentions import block_keys, read_mention
from include.resolve.merge import merge_moves
from include.resolve.names import NEAR_DAYS, SOON_DAYS
from tests.resolve.build import AS_OF, GAZETTEER, told
from tests.resolve.crosslingual import read_set

NAMES = [
    "Ilya Sutskever", "Sutskever", "Jason Wei", "Wei", "Alex Wei", "Marta Kowalczyk", "Марта Ковальчик", "Kowalczyk",
    "Wei Chen", "Chen Wei", "陈伟", "Ana Roe", "Anna Roe", "Rafael Quintana", "Raphael Quintana",
    "ラファエル・キンタナ",
]  # fmt: skip
PLACES = [
    None, "OpenAI", "Google", "Google Brain", "Foo", "Bar", "Atlas Bank", "Банк Атлас", "Thai Airways",
    "泰国国际航空",
]  # fmt: skip

_DAYS = {"near": NEAR_DAYS, "like": NEAR_DAYS, "soon": SOON_DAYS}


@st.composite
def move_sets(draw: st.DrawFn) -> list[StoredMove]:
    count = draw(st.integers(2, 12))
    moves = []
    for number in range(count):
        day = date(2025, 1, 1) + timedelta(days=draw(st.integers(0, 150)))
        moves.append(
            told(
                draw(
                    st.sampled_from(
                        ["departure", "departure", "departure", "arrival", "appointment", "leave", "return"]
                    )
                ),
                draw(st.sampled_from(NAMES)),
                draw(st.sampled_from(PLACES)),
                draw(st.sampled_from(PLACES)),
                move_id=f"m{number:02d}",
                article=f"a{draw(st.integers(0, 7))}",
                status=draw(st.sampled_from(["announced", "reported", "rumoured", "denied"])),
                focus=draw(st.sampled_from(["main", "main", "background"])),
                published=day.isoformat(),
                date=draw(st.sampled_from([None, day.isoformat(), day.isoformat()[:7], "2024-12-20", "2025"])),
            )
        )
    return moves


class Store:
    """What the warehouse keeps between runs, in memory: moves, keys, links, events."""

    def __init__(self) -> None:
        self.moves: dict[str, StoredMove] = {}
        self.book = EntityBook()
        self.events: dict[str, Event] = {}
        self.proposals: dict[str, Proposal] = {}

    def run(self, fresh: Sequence[StoredMove]) -> None:
        """One run: resolve and merge the people whom the new moves may concern, and nobody else."""
        self.moves |= {move.move_id: move for move in fresh}
        block = self._block(fresh)
        before = {self.book.links[m.move_id].person_id for m in block if m.move_id in self.book.links}
        previous = [event for event in self.events.values() if event.person_id in before]
        book = resolve_entities(block, self._known(block), GAZETTEER)
        self.book = EntityBook({**self.book.entities, **book.entities}, {**self.book.links, **book.links})
        events = merge_moves(block, self.book, (), as_of=AS_OF, previous=previous, gazetteer=GAZETTEER)
        self.events |= {event.event_id: event for event in events}
        concerned = before | {link.person_id for link in book.links.values()}
        self.proposals = {
            key: proposal
            for key, proposal in self.proposals.items()
            if not {proposal.left_id, proposal.right_id} & concerned
        } | {proposal.proposal_id: proposal for proposal in book.proposals}

    def _known(self, block: Sequence[StoredMove]) -> EntityBook:
        """What is stored of the moves of a block, as the warehouse reads it."""
        links = {m.move_id: self.book.links[m.move_id] for m in block if m.move_id in self.book.links}
        named = {key for link in links.values() for key in (link.person_id, link.from_org_id, link.to_org_id)}
        entities = {key: entity for key, entity in self.book.entities.items() if key in named}
        return EntityBook(entities, links)

    def _block(self, fresh: Sequence[StoredMove]) -> list[StoredMove]:
        keys = {move_id: block_keys(move, GAZETTEER) for move_id, move in self.moves.items()}
        near = {move.move_id for move in fresh}
        for move in fresh:
            for key in keys[move.move_id]:
                for other, others in keys.items():
                    if any(
                        key.key == k.key
                        and (key.reach == "name" or abs((key.at - k.at).days) <= _DAYS[key.reach])
                        and (key.reach in ("name", "near") or self._may_concern(move, other))
                        for k in others
                    ):
                        near.add(other)
        people = {self.book.links[m].person_id for m in near if m in self.book.links}
        while True:  # whoever may be the same person as somebody of the block is decided anew with the block
            pairs = [{p.left_id, p.right_id} for p in self.proposals.values()]
            wider = people.union(*(pair for pair in pairs if pair & people))
            if wider == people:
                break
            people = wider
        near |= {m for m, link in self.book.links.items() if link.person_id in people}
        return [self.moves[move_id] for move_id in sorted(near)]

    def _may_concern(self, move: StoredMove, other: str) -> bool:
        link = self.book.links.get(other)
        if link is None:
            return False
        person = self.book.entities[link.person_id]
        return may_concern(read_mention(move, GAZETTEER).forms, (person.name, *person.aliases))

    def told(self) -> set[tuple[object, ...]]:
        """The live events without ids and known-at times."""
        live = [event for event in self.events.values() if event.merged_into is None and event.move_ids]
        return {comparable(event) for event in live}


def comparable(event: Event) -> tuple[object, ...]:
    """An event without what may depend on when we learnt it."""
    plain = replace(event, event_id="", person_id="", group_event_ids=(), known_from=AS_OF, history=())
    return (plain, tuple((change.status, change.at, change.move_id) for change in event.history))


def in_one_run(moves: Sequence[StoredMove]) -> set[tuple[object, ...]]:
    store = Store()
    store.run(moves)
    return store.told()


@settings(max_examples=60)
@given(move_sets(), st.randoms())
def test_order_within_a_run_does_not_matter(moves: list[StoredMove], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(moves)
    random.shuffle(shuffled)
    assert in_one_run(moves) == in_one_run(shuffled)


@settings(max_examples=60)
@given(move_sets(), st.randoms())
def test_one_article_a_run_gives_what_one_run_gives(moves: list[StoredMove], random) -> None:  # type: ignore[no-untyped-def]
    articles = sorted({move.article_id for move in moves})
    random.shuffle(articles)
    store = Store()
    for article in articles:
        store.run([move for move in moves if move.article_id == article])
    assert store.told() == in_one_run(moves)


@settings(max_examples=2)
@given(st.randoms())
def test_the_cross_lingual_set_in_any_order_in_many_runs(random) -> None:  # type: ignore[no-untyped-def]
    moves = [labelled.stored for labelled in read_set()]
    articles = sorted({move.article_id for move in moves})
    random.shuffle(articles)
    store = Store()
    for start in range(0, len(articles), 15):
        batch = set(articles[start : start + 15])
        store.run([move for move in moves if move.article_id in batch])
    assert store.told() == in_one_run(moves)


def test_a_run_again_changes_nothing() -> None:
    store = Store()
    moves = [labelled.stored for labelled in read_set()]
    store.run(moves)
    before = dict(store.events)
    store.run(moves)
    assert store.events == before
