"""What was hinted at before, or is told again later, joins the story that it can only mean.

Within a year nobody leaves one organisation twice without having come back in between. So a rumour of December and the
departure of May are one story with a life, and an article of September that calls the departure news without saying
when tells no second one. Two tellings that both state a day, far apart, stay two stories, unless the later day is one
that was announced, and overtaken.
"""

from __future__ import annotations

from collections.abc import Sequence

from include.resolve.intervals import WINDOW_DAYS, Interval, overtakes
from include.resolve.stories import Story, Told

SAME_STORY_DAYS = 365
_RUMOUR, _REPORT, _CONFIRMED, _DATED = 0, 1, 2, 3  # how firmly a story stands
_ONE_NEWS = 10  # days within which one piece of news goes round
_FAR = 100_000  # days: no day is known


def join_retellings(stories: Sequence[Story]) -> list[Story]:
    """Join the stories of one person that cannot be two. The result depends on the set of their moves alone.

    The firmest are settled first, of equals the earliest; each weaker one goes to the nearest that is at least as firm.
    What is recalled without saying where comes last: it is the nearest thing of its kind that is known of the person.
    """
    settled: list[Story] = []
    for story in sorted(stories, key=_order):
        home = _find_recalled(story, settled) if _is_vague_memory(story) else _find_home(story, settled, stories)
        if home is None:
            settled.append(story)
        else:
            home.members.extend(story.members)
    return settled


def _order(story: Story) -> tuple[bool, int, int, str]:
    first = min((day.start.toordinal() for day in _days_of(story)), default=0)
    return (_is_vague_memory(story), -_firmness(story), first, min(told.stored.move_id for told in story.members))


def _firmness(story: Story) -> int:
    """Confirmed and dated, confirmed, reported, or no more than rumoured or denied. A year is no date."""
    announced = [told for told in story.members if told.stored.move.status == "announced"]
    if any(told.time.precision in ("day", "month") and not told.time.is_doubtful for told in announced):
        return _DATED
    if announced:
        return _CONFIRMED
    return _REPORT if any(told.stored.move.status == "reported" for told in story.members) else _RUMOUR


def _is_vague_memory(story: Story) -> bool:
    recalled = all(told.stored.move.focus == "background" for told in story.members)
    return recalled and not (story.sources or story.targets)


def _find_recalled(story: Story, settled: Sequence[Story]) -> Story | None:
    kinds = {told.kind for told in story.members}
    limit = SAME_STORY_DAYS if any(told.time.stated for told in story.members) else _FAR
    fits = [
        (apart, index)
        for index, other in enumerate(settled)
        if kinds & {told.kind for told in other.members} and (apart := _days_apart(story, other)) <= limit
    ]
    return settled[min(fits)[1]] if fits else None


def _find_home(story: Story, settled: Sequence[Story], every: Sequence[Story]) -> Story | None:
    """The nearest settled story that this one can only be a telling of."""
    if all(told.stored.move.focus == "background" for told in story.members):
        return _find_misdated(story, settled, every)
    dated = _firmness(story) == _DATED
    fits = []
    for index, other in enumerate(settled):
        apart = _days_apart(story, other)
        near = apart <= SAME_STORY_DAYS
        if dated:
            near = _is_overtaken(story, other) or _is_overtaken(other, story)
        if near and _can_be_one(story, other) and not _is_undone(story, other, every):
            fits.append((apart, -_firmness(other), index))
    return settled[min(fits)[2]] if fits else None


def _is_overtaken(plan: Story, other: Story) -> bool:
    """Whether all that a story says of a day was announced before it, and the person had left that place by then."""
    facts, days = (
        [told.time for told in story.members if told.stored.move.status == "announced" and told.time.stated]
        for story in (other, plan)
    )
    if not days or not plan.sources & other.sources:
        return False
    return all(any(overtakes(fact, day) for fact in facts) for day in days)


def _find_misdated(story: Story, settled: Sequence[Story], every: Sequence[Story]) -> Story | None:
    """The news that is recalled with a wrong date: who has left cannot leave again without having come back.

    Recalled as of after the news ("Sutskever, who left in December", of May), or as of some year by what is told in the
    days of the news.
    """
    fits = []
    for index, other in enumerate(settled):
        news = [told for told in other.members if told.stored.move.focus == "main"]
        if not news or not story.sources or not _can_be_one(story, other) or _is_undone(story, other, every):
            continue
        first = min(day.start for day in _days_of(other))
        later = all(day.start > first for day in _days_of(story)) and _days_apart(story, other) <= SAME_STORY_DAYS
        if later or _is_told_beside(story, news):
            fits.append((_days_apart(story, other), -_firmness(other), index))
    return settled[min(fits)[2]] if fits else None


def _is_told_beside(story: Story, news: Sequence[Told]) -> bool:
    """Whether all that is said of the time is a year, by articles of the days of the news."""
    days = [told.time.published for told in news if told.time.published]
    return all(
        told.time.precision == "year"
        and told.time.published is not None
        and any(abs((told.time.published - day).days) <= WINDOW_DAYS for day in days)
        for told in story.members
    )


def join_leaves(stories: Sequence[Story]) -> list[Story]:
    """Join what is called a departure with the leave that it was: of one place and time, and the person came back."""
    kept = list(stories)
    for story in stories:
        if {told.kind for told in story.members} != {"departure"} or story.targets:
            continue
        for leave in stories:
            if {told.family for told in leave.members} != {"leave"} or not story.sources & leave.sources:
                continue
            begin = min(day.start for day in _days_of(leave))
            back = any(
                {told.family for told in other.members} == {"return"}
                and other.targets & leave.sources
                and max(day.end for day in _days_of(other)) > begin
                for other in stories
            )
            if back and _is_of_that_time(story, leave) and len(story.members) <= len(leave.members):
                leave.members.extend(story.members)
                kept.remove(story)
                break
    return kept


def join_returns(stories: Sequence[Story]) -> list[Story]:
    """Join what is called an appointment or an arrival with the return that it was: to one place, within days."""
    kept = list(stories)
    for story in stories:
        if story.sources or not {told.kind for told in story.members} <= {"appointment", "arrival"}:
            continue
        for back in stories:
            returns = {told.family for told in back.members} == {"return"} and story.targets & back.targets
            if returns and _days_apart(story, back) <= _ONE_NEWS:
                back.members.extend(story.members)
                kept.remove(story)
                break
    return kept


def _is_of_that_time(story: Story, leave: Story) -> bool:
    """Whether the story states the time of the leave, or states none and is told in its days."""
    stated = [told.time.stated for told in story.members if told.time.stated]
    return any(day.gap(other) <= WINDOW_DAYS for day in stated or _days_of(story) for other in _days_of(leave))


def _can_be_one(story: Story, other: Story) -> bool:
    if {told.family for told in (*story.members, *other.members)} != {"transition"}:
        return False
    # Within one house people are appointed again and again.
    if any(all(told.kind == "appointment" for told in one.members) for one in (story, other)):
        return False
    # Two rumours far apart may be two; a denial answers the rumour, however late.
    if _firmness(other) == _RUMOUR and not any(told.stored.move.status == "denied" for told in story.members):
        return False
    if story.sources & other.targets or story.targets & other.sources or _is_denied_afterwards(story, other):
        return False
    if min(_firmness(story), _firmness(other)) > _RUMOUR and _go_elsewhere(story, other):
        return False
    if story.sources and other.sources:
        return bool(story.sources & other.sources)
    if story.targets and other.targets:
        return bool(story.targets & other.targets)
    nowhere = not (story.sources or story.targets)
    return nowhere and any(told.kind == story.members[0].kind for told in other.members)


def _is_denied_afterwards(story: Story, other: Story) -> bool:
    """Whether a denial comes weeks after the departure: it is of another one, of Volkswagen by who has left Porsche."""
    gone = [told.time.stated.end for told in other.members if told.time.stated] if _firmness(other) == _DATED else []
    days = [told.time.published for told in story.members if told.time.published]
    denied = all(told.stored.move.status == "denied" for told in story.members)
    return bool(denied and gone and days) and (min(days) - max(gone)).days > WINDOW_DAYS


def _go_elsewhere(story: Story, other: Story) -> bool:
    """Whether one language tells of two destinations, months apart: namesakes, or somebody who left twice."""
    if story.targets & other.targets:
        return False
    ours, theirs = ({told.stored.lang for told in one.members if told.target} for one in (story, other))
    return bool(ours & theirs)


def _is_undone(story: Story, other: Story, every: Sequence[Story]) -> bool:
    """Whether the person came back to the place left, or left the place joined, between the two stories."""
    left = (story.sources & other.sources) or other.sources
    joined = story.targets & other.targets if not left else set()
    days = [*_days_of(story), *_days_of(other)]
    first, last = min(day.start for day in days), max(day.end for day in days)
    for between in every:
        if between is story or between is other:
            continue
        back = any(told.target in left and told.kind != "appointment" for told in between.members if told.target)
        gone = any(told.source in joined for told in between.members if told.source)
        when = _days_of(between)
        if (back or gone) and (not when or any(first <= day.end and day.start <= last for day in when)):
            return True
    return False


def _days_apart(left: Story, right: Story) -> int:
    return min((a.gap(b) for a in _days_of(left) for b in _days_of(right)), default=_FAR)


def _days_of(story: Story) -> list[Interval]:
    """The days that a story is about: those stated, and those on which it was told as news without one."""
    days = []
    for told in story.members:
        if told.time.stated and not told.time.is_doubtful:
            days.append(told.time.stated)
        elif told.time.told and told.time.published:
            days.append(Interval(told.time.published, told.time.published))
    return days or [Interval(day, day) for told in story.members if (day := told.time.published)]
