"""The moves of one person -> stories: one list of moves an event. A function of the set of moves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from include.knowledge.roles import is_side_post
from include.records import StoredMove
from include.resolve.book import EntityBook
from include.resolve.intervals import PRECISIONS, WINDOW_DAYS, MoveTime, time_gap, time_of

Family = Literal["transition", "leave", "return"]
_FAMILY: dict[str, Family] = {"leave": "leave", "return": "return"}
_NEXT_STEP = 14  # days: what somebody does next, as part of the news of leaving
_LATE = 10_000  # days: sorts after every real gap


@dataclass(frozen=True, slots=True)
class Told:
    """One move with what matters for grouping: roots of its organisations, family, time."""

    stored: StoredMove
    family: Family
    source: str | None
    target: str | None
    from_id: str | None
    to_id: str | None
    time: MoveTime
    came_back: bool = False  # to the place left, within the window

    @property
    def kind(self) -> str:
        """The move's own kind."""
        return self.stored.move.kind

    @property
    def gist(self) -> tuple[object, ...]:
        """All that decides which story it belongs to: fifty copies of one article say the same."""
        places = (self.source, self.target, self.from_id, self.to_id)
        return (self.family, self.kind, self.stored.move.role_to, *places, self.time, self.came_back)


@dataclass(slots=True)
class Story:
    """Moves that tell one event."""

    members: list[Told] = field(default_factory=list)

    @property
    def sources(self) -> set[str]:
        """Roots of the organisations left."""
        return {told.source for told in self.members if told.source}

    @property
    def targets(self) -> set[str]:
        """Roots of the organisations joined, returned to or appointed in."""
        return {told.target for told in self.members if told.target}


def read_told(stored: StoredMove, book: EntityBook, places: Mapping[str, str]) -> Told:
    """See a stored move as one telling of an event. `places` are those of `onplaces.unify_places`."""
    link = book.links[stored.move_id]
    move = stored.move
    source, target = (places[key] if key else None for key in (link.from_org_id, link.to_org_id))
    # A leave and a return are of one place; texts name it on either side.
    if move.kind in ("leave", "return"):
        source = target = source or target
    elif source and source == target:
        source = None  # between units of one parent, or up in one house: nobody left it
    return Told(
        stored, _FAMILY.get(move.kind, "transition"), source, target, link.from_org_id, link.to_org_id, time_of(stored)
    )


def find_stories(told: Sequence[Told]) -> list[Story]:
    """Group the moves of one person into events.

    The best informed moves are placed first (both organisations, precise date), what is recalled without date or
    organisation last; each goes to the nearest story that it can belong to. The order depends on the moves alone.
    """
    stories: list[Story] = []
    outlines: list[dict[tuple[object, ...], Told]] = []  # of each story, its members without those that say the same
    for entry in sorted((_look_ahead(entry, told) for entry in told), key=_rank):
        shown = [Story(list(outline.values())) for outline in outlines]
        fits = [(fit, index) for index, story in enumerate(shown) if (fit := _fit(story, entry)) is not None]
        if not fits:
            stories.append(Story())
            outlines.append({})
        index = min(fits)[1] if fits else -1
        stories[index].members.append(entry)
        outlines[index].setdefault(entry.gist, entry)
    return stories


def _look_ahead(entry: Told, every: Sequence[Told]) -> Told:
    """See whether the person came back to the place left within the window.

    Ousted, engaged elsewhere and back within days are three events: who came back did not leave for the other place.
    """
    returns = [told for told in every if told.family == "return" and told.target == entry.source]
    if entry.family != "transition" or not entry.source or not returns:
        return entry
    if not any(
        0 <= (back - day).days <= WINDOW_DAYS for told in returns for back in _days(told) for day in _days(entry)
    ):
        return entry
    joins = entry.kind in ("arrival", "appointment") and entry.target
    return replace(entry, came_back=True, source=None if joins else entry.source)


def _rank(told: Told) -> tuple[object, ...]:
    known = (told.source is not None) + (told.target is not None)
    anchored = told.time.stated is not None or told.time.told is not None
    start = min((i.start.toordinal() for i in (told.time.stated, told.time.told) if i), default=0)
    return (not anchored, -known, PRECISIONS.index(told.time.precision), start, told.stored.move_id)


def _fit(story: Story, told: Told) -> tuple[int, int, bool] | None:
    """How well a move fits a story; None for not at all.

    (Organisations that do not agree outright, days apart, whether no member tells the same kind of move.) Members that
    state no more than a year say nothing of the days where others do.
    """
    if story.members[0].family != told.family:
        return None
    organisations = _organisation_fit(story, told)
    if organisations is None:
        return None
    dated = [member for member in story.members if not member.time.is_doubtful] or story.members
    dated = [member for member in dated if member.time.precision != "year"] or dated
    gaps = [gap for member in dated if (gap := _gap(member, told)) is not None]
    if not gaps:
        return None
    return organisations, min(min(gaps), _LATE), all(member.kind != told.kind for member in story.members)


def _gap(member: Told, told: Told) -> int | None:
    """Days between two tellings. What somebody does next is told for itself: another kind of move, to a place that the
    other does not name, is as far from it as the days on which they were told."""
    gap = time_gap(member.time, told.time)
    goes_on = member.kind != told.kind and (member.target is None) != (told.target is None)
    if gap is None or not goes_on or not (member.time.published and told.time.published):
        return gap
    apart = min(abs((a - b).days) for a in _days(member) for b in _days(told))
    return max(gap, apart) if apart <= _NEXT_STEP else None


def _days(told: Told) -> list[date]:
    days = [told.time.published, told.time.stated.start if told.time.stated else None]
    return [day for day in days if day]


def _organisation_fit(story: Story, told: Told) -> int | None:
    sources, targets = story.sources, story.targets
    same_source = told.source in sources if told.source and sources else None
    same_target = told.target in targets if told.target and targets else None
    if told.family != "transition":
        return None if same_source is False else 0 if same_source else 1
    if _leaves_the_unit(story, told):
        return 0
    # A to B and B to A are two stories, however near.
    if (told.source and told.source in targets and not same_source) or (
        told.target and told.target in sources and not same_target
    ):
        return None
    if same_source or same_target:
        if same_source is False and not same_target:
            return None
        if same_target is False and not same_source:
            return None
        return 0 if _kinds_agree(story, told) else None
    if same_source is False or same_target is False:
        return None
    return 1 if _can_complete(story, told) else None


def _leaves_the_unit(story: Story, told: Told) -> bool:
    """Whether it tells that somebody left a unit, of whom the story tells the move between units of that parent."""
    names_a_unit = told.kind == "departure" and not told.target and told.from_id and told.from_id != told.source
    return bool(names_a_unit) and any(
        member.kind == "departure" and member.source is None and member.target == told.source
        for member in story.members
        if member.from_id and told.from_id != member.to_id
    )


def _kinds_agree(story: Story, told: Told) -> bool:
    """An appointment inside the organisation that somebody leaves is another event than the leaving."""
    if told.kind != "appointment" and not all(member.kind == "appointment" for member in story.members):
        return True
    leaves = told.source if told.kind == "departure" else None
    if leaves and leaves in story.targets:
        return False
    return not (told.kind == "appointment" and told.target in story.sources)


def _can_complete(story: Story, told: Told) -> bool:
    """Whether a move that names the other side (or no organisation) may be the same story.

    Left A, and near in time joined B: one story from A to B. A seat on a board or a post as adviser is not what
    somebody left for.
    """
    moves = [*story.members, told]
    if (told.target or story.targets) and any(entry.came_back for entry in moves):
        return False
    if not told.source and not told.target:
        return any(member.kind == told.kind for member in story.members)
    if not story.sources and not story.targets:
        return any(member.kind == told.kind for member in story.members)
    if told.source and story.sources or told.target and story.targets:
        return False
    joined = [entry for entry in moves if entry.target and entry.kind in ("appointment", "arrival")]
    if any(entry.kind == "departure" and entry.target is None and entry.source for entry in moves):
        return not any(is_side_post(entry.stored.move.role_to) for entry in joined)
    return True
