"""One move seen as a mention of a person: its names, its organisations, its time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from include.knowledge.gazetteer import Gazetteer, Organisation
from include.knowledge.namekeys import organisation_key
from include.knowledge.organisationwords import read_words
from include.knowledge.roles import role_families
from include.records import StoredMove
from include.resolve.intervals import precision_of, stated_interval
from include.resolve.keys import BlockKey, hash_key, name_block_keys, two_words
from include.resolve.names import full_key, is_full_name, skeleton, squeeze, without_abbreviated, without_titles

_MINIMUM_SKELETON = 4
_UNLISTED = "o-"
_MONTHS = (1, 3, 5, 7, 9, 11)
_HINT, _HINTED_WORDS, _ACRONYM = 2, 2, 6  # consonants of a word, words of a name, letters


@dataclass(frozen=True, slots=True)
class Mention:
    """A person as one move names them. `roots` are topmost organisations, `marks` what two spellings of one share."""

    move_id: str
    article_id: str
    forms: tuple[str, ...]
    full_forms: tuple[str, ...]
    full_keys: tuple[str, ...]
    source: NamedOrganisation | None
    target: NamedOrganisation | None
    marks: frozenset[str]
    hints: frozenset[str]  # words of the organisations' names: where to look, no agreement
    first_hints: frozenset[str]  # of each organisation the first
    kinds: frozenset[str]  # what the organisations are, to look there, too
    at: tuple[date, ...]  # when it was told, and the stated date of what it tells; of a year its every other month
    told: tuple[date, ...] = ()  # of these, without the months of a year
    day: date | None = None  # the stated date, if it is a day
    lang: str = ""
    posts: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())  # families of the posts left and taken up

    @property
    def roots(self) -> tuple[str, ...]:
        """The topmost organisations that the move names."""
        return tuple(place.root for place in self.places if place)

    @property
    def places(self) -> tuple[NamedOrganisation | None, NamedOrganisation | None]:
        """What was left and what was joined."""
        return self.source, self.target


@dataclass(frozen=True, slots=True)
class NamedOrganisation:
    """An organisation as resolved from its names: the gazetteer's, or one of our own."""

    organisation_id: str
    name: str
    root: str
    mark: str  # equal for spellings of one organisation in several scripts; "" where that says nothing
    aliases: tuple[str, ...] = ()  # of a listed one

    @property
    def spellings(self) -> tuple[str, ...]:
        """All names that are known."""
        return (self.name, *self.aliases)

    @property
    def marks(self) -> frozenset[str]:
        """What another mention shares that names the same organisation."""
        if self.organisation_id.startswith(_UNLISTED):
            return frozenset({self.mark or self.root})
        return frozenset({self.root, self.mark} - {""})


def is_listed(organisation: NamedOrganisation) -> bool:
    """Whether the gazetteer lists it."""
    return not organisation.organisation_id.startswith(_UNLISTED)


def read_mention(
    stored: StoredMove, gazetteer: Gazetteer, declared: Mapping[str, NamedOrganisation] | None = None
) -> Mention:
    """See one stored move as a mention. `declared` says of organisations by id which other one a person called them."""
    move, forms = stored.move, name_forms(stored)
    full, keys = _read_forms(forms)
    source = name_organisation(move.from_org, move.from_aliases, gazetteer)
    target = name_organisation(move.to_org, move.to_aliases, gazetteer)
    source, target = ((declared or {}).get(o.organisation_id, o) if o else None for o in (source, target))
    places = _read_places(source, target)
    stated = stated_interval(move.date, slack=0)
    return Mention(
        move_id=stored.move_id,
        article_id=stored.article_id,
        forms=forms,
        full_forms=full,
        full_keys=keys,
        source=source,
        target=target,
        marks=places.marks,
        hints=places.hints,
        first_hints=places.first_hints,
        kinds=places.kinds,
        at=mention_dates(stored),
        told=mention_dates(stored, vague=False),
        day=stated.start if stated and stated.start == stated.end else None,
        lang=stored.lang,
        posts=(role_families(move.role_from), role_families(move.role_to)),
    )


def name_forms(stored: StoredMove) -> tuple[str, ...]:
    """Every form of the person's name that the move gives, without titles."""
    forms = (stored.move.person, *stored.move.person_aliases)
    return tuple(dict.fromkeys(without_titles(form) for form in forms if form.strip()))


@lru_cache(maxsize=65536)
def _read_forms(forms: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(full names among forms of a name, their keys)."""
    full = without_abbreviated(tuple(form for form in forms if is_full_name(form)))
    return full, tuple(dict.fromkeys(full_key(form) for form in full))


@dataclass(frozen=True, slots=True)
class _Signs:
    """What the organisations of a move are found by: see the fields of `Mention`."""

    marks: frozenset[str]
    hints: frozenset[str]
    first_hints: frozenset[str]
    kinds: frozenset[str]


@lru_cache(maxsize=65536)
def _read_places(source: NamedOrganisation | None, target: NamedOrganisation | None) -> _Signs:
    named = [organisation for organisation in (source, target) if organisation]
    return _Signs(
        marks=frozenset(mark for organisation in named for mark in organisation.marks),
        hints=frozenset(hint for organisation in named for hint in list_hints(organisation.name)),
        first_hints=frozenset(hint for organisation in named for hint in list_hints(organisation.name)[:1]),
        kinds=frozenset(f"%{kind}" for organisation in named for kind in read_words(organisation.name).kinds),
    )


def mention_dates(stored: StoredMove, *, vague: bool = True) -> tuple[date, ...]:
    """When it was told (published, else the day we first had it), and the beginning of the stated date.

    Of a year every other month, since what is recalled of 2023 may be news of any day of it; with `vague` False none.
    """
    told = (stored.published_at or stored.known_at).date()
    stated = stated_interval(stored.move.date, slack=0)
    if stated is None:
        return (told,)
    if precision_of(stored.move.date) == "year":
        return tuple(
            dict.fromkeys((told, *(stated.start.replace(month=month) for month in (_MONTHS if vague else ()))))
        )
    return tuple(dict.fromkeys((told, stated.start)))


def block_keys(stored: StoredMove, gazetteer: Gazetteer) -> tuple[BlockKey, ...]:
    """The keys under which the warehouse finds every move that may concern the same person."""
    mention = read_mention(stored, gazetteer)
    marks = tuple(sorted(mention.marks))
    hints, kinds = tuple(sorted(mention.hints)), tuple(sorted(mention.kinds))
    keys = [key for at in mention.at for key in name_block_keys(mention.forms, marks, hints, kinds, at)]
    keys += [
        BlockKey(hash_key(name, hint), mention.at[0], "name")
        for name in sorted({*mention.full_keys, *(words for form in mention.full_forms for words in two_words(form))})
        for hint in sorted(mention.first_hints)
    ]
    keys += [
        BlockKey(hash_key("#", found), mention.at[0], "name") for found in find_anchors([mention], gazetteer).values()
    ]
    return tuple(dict.fromkeys(keys))


def find_anchors(mentions: Iterable[Mention], gazetteer: Gazetteer) -> dict[str, str]:
    """The known person that each mention names, by move id: a full alias decides, a short form at a known place."""
    anchors = {}
    for mention in mentions:
        full = {found.id for form in mention.forms if (found := gazetteer.find_person(form))}
        short = {
            person.id
            for form in mention.forms
            if not full and not mention.full_forms
            for person in gazetteer.find_people_by_short_form(form)
            if {gazetteer.root_of(organisation) for organisation in person.known_for} & set(mention.roots)
        }
        candidates = full or short
        if len(candidates) == 1:
            anchors[mention.move_id] = candidates.pop()
    return anchors


def name_organisation(name: str | None, aliases: tuple[str, ...], gazetteer: Gazetteer) -> NamedOrganisation | None:
    """Resolve an organisation by its names: an alias of the gazetteer decides, else it is known by its own key."""
    if not name or not organisation_key(name):
        return None
    return _name_organisation(name, aliases, _Identity(gazetteer))


@dataclass(frozen=True, slots=True, eq=False)
class _Identity:
    """A gazetteer as a cache key: by identity, since hashing its content would cost more than the look-up."""

    gazetteer: Gazetteer

    def __hash__(self) -> int:
        return id(self.gazetteer)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.gazetteer is self.gazetteer


@lru_cache(maxsize=65536)
def _name_organisation(name: str, aliases: tuple[str, ...], identity: _Identity) -> NamedOrganisation:
    gazetteer = identity.gazetteer
    for alias in (name, *aliases):
        found = gazetteer.find_organisation(alias)
        if found:
            return name_listed(found, gazetteer)
    key = organisation_key(name)
    organisation_id = _UNLISTED + hashlib.sha256(key.encode()).hexdigest()[:12]
    return NamedOrganisation(organisation_id, name, organisation_id, unknown_mark(organisation_id, name))


def name_listed(found: Organisation, gazetteer: Gazetteer) -> NamedOrganisation:
    """A listed organisation as a name that was resolved."""
    root, mark = gazetteer.root_of(found.id), listed_mark(found.id, gazetteer)
    return NamedOrganisation(found.id, found.name, root, mark, found.aliases)


def unknown_mark(organisation_id: str, name: str | None) -> str:
    """What spellings of one unlisted organisation have in common across scripts; "" for a listed or a short one."""
    return _sound_of(name) if organisation_id.startswith(_UNLISTED) and name else ""


def listed_mark(organisation_id: str, gazetteer: Gazetteer) -> str:
    """What a listed organisation has in common with a spelling of it that the list lacks (Stripe, ストライプ).

    "" where the name is short, or sounds like that of another listed one.
    """
    organisation = gazetteer.organisation_by_id.get(organisation_id)
    sound = _sound_of(organisation.name) if organisation else ""
    return sound if len(_roots_by_sound(_Identity(gazetteer)).get(sound, ())) == 1 else ""


@lru_cache(maxsize=8)
def _roots_by_sound(identity: _Identity) -> Mapping[str, frozenset[str]]:
    gazetteer = identity.gazetteer
    found: dict[str, set[str]] = {}
    for organisation in gazetteer.organisation_by_id.values():
        found.setdefault(_sound_of(organisation.name), set()).add(gazetteer.root_of(organisation.id))
    return {sound: frozenset(roots) for sound, roots in found.items() if sound}


@lru_cache(maxsize=65536)
def list_hints(name: str) -> tuple[str, ...]:
    """Coarse keys of an organisation's name: how its own words begin, its initials, or what its common words mean."""
    words = read_words(name)
    found = [squeeze(skeleton(word))[:_HINT] or word for word in words.own[:_HINTED_WORDS]]
    if len(words.every) > 1 and all(word.isascii() for word in words.every):
        found.append("".join(sorted({word[0] for word in words.every})))
    elif len(words.every) == 1 and words.every[0].isascii() and len(words.every[0]) <= _ACRONYM:
        found.append("".join(sorted(set(words.every[0]))))
    if not words.own:
        found += words.kinds
    return tuple(f"?{hint}" for hint in dict.fromkeys(found))


@lru_cache(maxsize=65536)
def _sound_of(name: str) -> str:
    bones = squeeze("".join(skeleton(word) for word in organisation_key(name).split()))  # Flutterwave, فلاتر ويف
    return f"~{bones}" if len(bones) >= _MINIMUM_SKELETON else ""
