"""Names that are alike but not equal: joined where what is known of both speaks for one person and nobody else fits.

Within one script first (typos, nicknames, married names), then across scripts by sound. Two groups that have
forms in one script must agree there: 李军 is not 李静, however alike both are to `Li Jing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from include.resolve.evidence import ENOUGH, weigh, weigh_names
from include.resolve.keys import Reach, like_keys, two_words
from include.resolve.likeness import (
    ACCEPT_ACROSS_SCRIPTS,
    ACCEPT_IN_SCRIPT,
    is_spelt_so,
    may_be_one_name,
    name_likeness,
)
from include.resolve.mentions import Mention
from include.resolve.names import NEAR_DAYS, SOON_DAYS, folded_parts, script_of
from include.resolve.places import Agreement, agree_on_places, compare_places
from include.resolve.sounds import closeness
from include.resolve.union import Union

COMPARED_AHEAD = 40  # mentions of one bucket that are compared with each one, in order of time
PROPOSED = 4.0  # bits below which nobody is asked
_MARGIN = 3.0  # bits; another candidate so near makes it a question
_SPELT = 4.0  # bits: 陳美玲 is Chen Mei-ling rather than Mei-lin
_TWO_PEOPLE = 0.8  # names of one script that are less like than this are two people's
_TWO_WORDS = 2
_ACCEPT_BOTH_WAYS = 0.8  # likeness within one script of who left one place for another
_FORMS_KEPT = 12
_Key = tuple[Reach, tuple[str, ...]]
_Buckets = Sequence[tuple[_Key, Mapping[str, list[tuple[Mention, str]]]]]
Likely = tuple[Mention, Mention, float, str]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two groups and the forms of theirs that are most alike."""

    likeness: float
    left: Mention
    right: Mention
    left_form: str
    right_form: str
    bits: float  # of evidence that both are one person

    @property
    def closeness(self) -> float:
        """The evidence, with every sound of the names: 이준희 is nearer to Lee Jun-hee than to Lee Jun-ho."""
        forms = self.left_form, self.right_form
        spelt = _SPELT if is_spelt_so(*forms) or is_spelt_so(*forms[::-1]) else 0.0
        return self.bits - weigh_names(*forms) + closeness(*forms) + spelt

    @property
    def order(self) -> tuple[float, float, str, str]:
        return (-self.bits, -self.likeness, self.left.move_id, self.right.move_id)


def join_alike(mentions: Sequence[Mention], union: Union[Mention]) -> list[Likely]:
    """Join groups with like names; return the likenesses that were too weak or too ambiguous to act on."""
    likely: list[Likely] = []
    buckets = _fill_buckets(mentions)
    for across in (False, True):
        pairs = _compare(buckets, union, across=across)
        forms = _collect_forms(mentions, union)
        rivals: dict[str, list[_Pair]] = defaultdict(list)
        for (left, right), pair in pairs.items():
            rivals[left].append(pair)
            rivals[right].append(pair)
        for pair in sorted(pairs.values(), key=lambda pair: pair.order):
            left, right = union.find(pair.left.move_id), union.find(pair.right.move_id)
            if left == right:
                continue
            problem = _find_problem(pair, rivals, union, forms, across=across)
            if problem:
                likely.append((pair.left, pair.right, pair.likeness, problem))
                continue
            union.join(left, right)
            root = union.find(left)
            forms[root] = sorted({*forms[left], *forms[right]})
            rivals[root] = [*rivals[left], *rivals[right]]
    return likely


def near_pairs(
    entries: Iterable[tuple[Mention, str]], union: Union[Mention], days: int = NEAR_DAYS
) -> Iterator[tuple[tuple[Mention, str], tuple[Mention, str]]]:
    """Pairs of (mention, form) of two groups that are near by any of their dates, each with the next ones in order of
    time.

    Copies of one article stand side by side in one group by then, thousands of pairs: they are leapt over unseen. What
    is joined between two pairs is not noticed.
    """
    mentions = {(mention.move_id, form): mention for mention, form in entries}
    dated = sorted((at, *key) for key, mention in mentions.items() for at in mention.at)
    groups = [union.find(move_id) for _, move_id, _ in dated]
    beyond = [len(dated)] * len(dated)  # of each one, the next of another group
    for index in range(len(dated) - 2, -1, -1):
        beyond[index] = index + 1 if groups[index] != groups[index + 1] else beyond[index + 1]
    for index, (at, move_id, form) in enumerate(dated):
        ahead, end = beyond[index], min(len(dated), index + 1 + COMPARED_AHEAD)
        while ahead < end:
            if groups[ahead] == groups[index]:
                ahead = beyond[ahead]
                continue
            later, other_id, other_form = dated[ahead]
            if (later - at).days > days:
                break
            yield (mentions[move_id, form], form), (mentions[other_id, other_form], other_form)
            ahead += 1


def _compare(buckets: _Buckets, union: Union[Mention], *, across: bool) -> dict[tuple[str, str], _Pair]:
    """The most alike forms of every two groups that meet under a key and are near in time."""
    pairs: dict[tuple[str, str], _Pair] = {}
    for days, bucket in _list_meetings(buckets, across=across):
        if not _may_hold_one(bucket, union):
            continue
        for (left, left_form), (right, right_form) in near_pairs(bucket, union, days):
            if across and script_of(left_form) == script_of(right_form):
                continue
            if not may_be_one_name(left_form, right_form):
                continue
            likeness, bits = name_likeness(left_form, right_form), weigh(left, right, left_form, right_form)
            if bits < PROPOSED:
                continue
            pair = _Pair(likeness, left, right, left_form, right_form, bits)
            one, other = sorted((union.find(left.move_id), union.find(right.move_id)))
            key = (one, other)
            if key not in pairs or pair.order < pairs[key].order:
                pairs[key] = pair
    return pairs


def _may_hold_one(bucket: Sequence[tuple[Mention, str]], union: Union[Mention]) -> bool:
    """Whether two groups in it may be one person's; looked at by names where these are few, as those of copies are."""
    groups_of: dict[str, set[str]] = defaultdict(set)
    for mention, form in bucket:
        groups_of[form].add(union.find(mention.move_id))
    if len(groups_of) ** 2 > len(bucket):
        return True
    return any(len(groups) > 1 for groups in groups_of.values()) or any(
        groups_of[one] != groups_of[other] and may_be_one_name(one, other) for one, other in permutations(groups_of, 2)
    )


def _fill_buckets(mentions: Sequence[Mention]) -> _Buckets:
    """Names that meet under a key, by script."""
    buckets: dict[_Key, dict[str, list[tuple[Mention, str]]]] = defaultdict(lambda: defaultdict(list))
    longer = {form for mention in mentions for form in mention.full_forms if len(folded_parts(form)) > _TWO_WORDS}
    shortened = {words for form in longer for words in two_words(form)}
    for mention in mentions:
        for form in mention.full_forms:
            script = script_of(form)
            for key in like_keys(form, mention.marks, mention.hints, mention.kinds):
                buckets[key][script].append((mention, form))
            for words in shortened.intersection(two_words(form)):
                for hint in mention.first_hints:
                    buckets["like", (hint, words)][script].append((mention, form))
    return sorted(buckets.items())


def _list_meetings(buckets: _Buckets, *, across: bool) -> Iterator[tuple[int, list[tuple[Mention, str]]]]:
    """Names that meet, of one script each or of several, and within how many days they do."""
    for (reach, _), by_script in buckets:
        days = SOON_DAYS if reach == "soon" else NEAR_DAYS
        if not across:
            yield from ((days, bucket) for _, bucket in sorted(by_script.items()) if len(bucket) > 1)
        elif len(by_script) > 1:
            yield days, [entry for _, bucket in sorted(by_script.items()) for entry in bucket]


def _find_problem(
    pair: _Pair,
    rivals: dict[str, list[_Pair]],
    union: Union[Mention],
    forms: dict[str, list[str]],
    *,
    across: bool,
) -> str:
    """Why two like groups are not joined; "" if they are."""
    left, right = union.find(pair.left.move_id), union.find(pair.right.move_id)
    least = ACCEPT_ACROSS_SCRIPTS if across else _least_in_script(pair.left, pair.right)
    if pair.bits < ENOUGH or pair.likeness < least:
        at_one = agree_on_places(pair.left, pair.right) is Agreement.SAME
        return "like names at one organisation" if at_one else "like names, but the organisations may be two"
    if not union.may_join(left, right):
        return "like names, but two known people"
    if not _scripts_agree(forms[left], forms[right], ACCEPT_IN_SCRIPT if across else least):
        return "like names, but they differ within one script"
    if _is_contested(pair, [*rivals[left], *rivals[right]], union):
        return "a name that is like several people's"
    return ""


def _least_in_script(left: Mention, right: Mention) -> float:
    """How alike two names of one script have to be: less where both ways of the move agree."""
    both = [compare_places(a, b) for a, b in zip(left.places, right.places, strict=True) if a and b]
    return _ACCEPT_BOTH_WAYS if both == [Agreement.SAME] * 2 else ACCEPT_IN_SCRIPT


def _scripts_agree(left: Sequence[str], right: Sequence[str], least: float) -> bool:
    for script in {script_of(form) for form in left} & {script_of(form) for form in right}:
        ours = [form for form in left if script_of(form) == script][:_FORMS_KEPT]
        theirs = [form for form in right if script_of(form) == script][:_FORMS_KEPT]
        if max(name_likeness(a, b) for a in ours for b in theirs) < least:
            return False
    return True


def _is_contested(pair: _Pair, rivals: Sequence[_Pair], union: Union[Mention]) -> bool:
    """Whether a third group in the same script as one side is about as like the other side."""
    sides = {union.find(pair.left.move_id): pair.left_form, union.find(pair.right.move_id): pair.right_form}
    for rival in rivals:
        if rival.closeness < pair.closeness - _MARGIN:
            continue
        ends = {union.find(rival.left.move_id): rival.left_form, union.find(rival.right.move_id): rival.right_form}
        shared, others = set(ends) & set(sides), set(ends) - set(sides)
        if len(shared) == 1 and len(others) == 1:
            displaced = next(form for root, form in sides.items() if root not in shared)
            third = ends[others.pop()]
            if script_of(third) == script_of(displaced) and _are_apart(third, displaced):
                return True
    return False


def _are_apart(left: str, right: str) -> bool:
    """Whether two names of one script are two people's. Jose Luis Fernandez and José Fernández Ortega need not be."""
    return name_likeness(left, right) < _TWO_PEOPLE and len(set(folded_parts(left)) & set(folded_parts(right))) < 2


def _collect_forms(mentions: Sequence[Mention], union: Union[Mention]) -> dict[str, list[str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    for mention in mentions:
        forms[union.find(mention.move_id)].update(mention.full_forms)
    return defaultdict(list, {root: sorted(found) for root, found in forms.items()})
