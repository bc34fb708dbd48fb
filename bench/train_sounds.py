"""Learn from the names of listed people how alike the sounds of two scripts are; write `include/knowledge/sounds.yaml`.

The names of one person in several scripts are laid side by side with the table so far, the pairs of sounds counted, and
their logarithmic odds against chance become the next table, four times over. A third of the people is held out: of them
it prints the share of pairs of names that reach a weight, and the share of pairs of two different people that do.

    python -m bench.train_sounds
"""

from __future__ import annotations

import hashlib
import math
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path
from string import ascii_lowercase

import yaml

import include.resolve.sounds as sounds
from include.knowledge.gazetteer import load_gazetteer
from include.knowledge.sounds import SoundTable
from include.resolve.names import is_full_name, script_of
from include.resolve.sounds import WITHOUT_VOWELS, sound_evidence

PATH = Path(__file__).parents[1] / "include/knowledge/sounds.yaml"
LETTERS = ascii_lowercase + "SCZNUO"
SCRIPTS = ("latin", "cyrillic", "arabic", "devanagari", "thai", "hangul", "kana", "han", "other")
ROUNDS = 4
MOST_OF_ONE = 12  # pairs of names of one person
LEAST, MOST, OTHERWISE = -6.0, 6.0, -5.0  # bits
LEAST_GAP = -5.0
LIKELY = 4.0  # bits from which a pair of names is counted: the others are other names
_VOWELS = "aeiouyUO"
_CLASSES = ("bpfvwm", "kgxhcq", "tdTSCZjzsc", "lr", "nmN", "aeiouyUOw")
_SMOOTHING, _GAP_SMOOTHING = 0.5, 10
Pair = tuple[str, str, str]  # person, two names


def list_pairs() -> tuple[list[Pair], list[Pair]]:
    """Pairs of names of one person in two scripts: of the people to learn from, and of those held out."""
    learn: list[Pair] = []
    held_out: list[Pair] = []
    for person in load_gazetteer().people:
        names = [name for name in dict.fromkeys((person.name, *person.aliases)) if is_full_name(name)]
        random.Random(person.id).shuffle(names)
        found = [(person.id, a, b) for a, b in combinations(names, 2) if script_of(a) != script_of(b)]
        held = hashlib.sha256(person.id.encode()).digest()[0] % 3 == 0
        (held_out if held else learn).extend(found[:MOST_OF_ONE])
    return learn, held_out


def first_table() -> SoundTable:
    """A table to begin with: equal sounds, and sounds of one class."""
    pairs = {a: {b: _first_guess(a, b) for b in LETTERS} for a in LETTERS}
    gaps = {script: {a: -1.0 if a in _VOWELS else -3.0 for a in LETTERS} for script in SCRIPTS}
    beside = {script: {a: 0.0 if a in _VOWELS else -3.0 for a in LETTERS} for script in SCRIPTS}
    return SoundTable(pairs, gaps, beside)


def _first_guess(a: str, b: str) -> float:
    if a == b:
        return 3.0
    return 0.5 if any(a in letters and b in letters for letters in _CLASSES) else -4.0


def learn_table(pairs: Sequence[Pair], table: SoundTable) -> SoundTable:
    """One round: align with the table, count, and take the odds."""
    together: Counter[tuple[str, str]] = Counter()
    alone: dict[bool, Counter[tuple[str, str]]] = {False: Counter(), True: Counter()}
    seen: dict[bool, Counter[tuple[str, str]]] = {False: Counter(), True: Counter()}
    for _, left, right in pairs:
        scripts = script_of(left), script_of(right)
        bits, texts = sounds.best_alignment(left, right, table)
        if bits < LIKELY:
            continue
        before = tuple(map(len, texts))
        for i, j, _ in sounds.trace(*texts, scripts, table):
            moved = (before[0] - i, before[1] - j)
            stepped = [
                (text[at], script, other in WITHOUT_VOWELS)
                for text, at, script, other, step in zip(texts, (i, j), scripts, scripts[::-1], moved, strict=True)
                if step
            ]
            for sound, script, beside in stepped:
                seen[beside][sound, script] += 1
                alone[beside][sound, script] += len(stepped) == 1
            if len(stepped) == 2:
                a, b = stepped[0][0], stepped[1][0]
                together[a, b] += 1
                together[b, a] += 1
            before = (i, j)
    return SoundTable(_odds(together), *(_gap_weights(alone[beside], seen[beside]) for beside in (False, True)))


def _odds(together: Counter[tuple[str, str]]) -> dict[str, dict[str, float]]:
    count, every = Counter[str](), sum(together.values())
    for (a, _), found in together.items():
        count[a] += found
    result: dict[str, dict[str, float]] = defaultdict(dict)
    for a in LETTERS:
        for b in LETTERS:
            chance = max(count[a], 1) * max(count[b], 1) / every**2
            share = (together[a, b] + _SMOOTHING) / (every + _SMOOTHING * len(LETTERS) ** 2)
            result[a][b] = min(MOST, max(LEAST, math.log2(share / chance)))
        if not together[a, a]:
            result[a][a] = MOST / 2
    return dict(result)


def _gap_weights(alone: Counter[tuple[str, str]], seen: Counter[tuple[str, str]]) -> dict[str, dict[str, float]]:
    result: dict[str, dict[str, float]] = defaultdict(dict)
    for sound in LETTERS:
        usual = sum(n for (a, _), n in alone.items() if a == sound) / max(
            1, sum(n for (a, _), n in seen.items() if a == sound)
        )
        for script in SCRIPTS:
            share = (alone[sound, script] + _GAP_SMOOTHING * max(usual, 0.01)) / (seen[sound, script] + _GAP_SMOOTHING)
            result[script][sound] = max(LEAST_GAP, math.log2(share) + 0.5)
    return dict(result)


def write_table(table: SoundTable, path: Path = PATH) -> None:
    """Write the table; what is as unlikely as most is left out."""
    content = {
        "letters": LETTERS,
        "otherwise": OTHERWISE,
        "pairs": {
            a: {b: round(bits, 1) for b, bits in row.items() if a <= b and round(bits, 1) > OTHERWISE}
            for a, row in table.pairs.items()
        },
        "gaps": _rounded(table.gaps),
        "gaps_beside_consonants": _rounded(table.gaps_beside_consonants),
    }
    head = (
        "# How strongly two sounds in the same place of two names speak for the names being one, in bits; and what a\n"
        "# sound costs, by the script that writes it, where the other name has none. From bench/train_sounds.py.\n"
    )
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    path.write_text(head + text, encoding="utf-8")


def _rounded(gaps: SoundTable | object) -> dict[str, dict[str, float]]:
    return {script: {sound: round(bits, 1) for sound, bits in row.items()} for script, row in gaps.items()}  # type: ignore[attr-defined]


def report(pairs: Iterable[Pair]) -> None:
    """How many pairs of names of one person, and of two, reach a weight."""
    pairs = list(pairs)
    names = [(person, name) for person, *both in pairs for name in both]
    same = [sound_evidence(a, b) for _, a, b in pairs]
    dice, other = random.Random(9), []
    while len(other) < 60_000:
        (one, a), (two, b) = dice.choice(names), dice.choice(names)
        if one != two and script_of(a) != script_of(b):
            other.append(sound_evidence(a, b))
    for bits in range(0, 24, 2):
        found, wrong = (sum(x >= bits for x in group) / len(group) for group in (same, other))
        print(f"{bits:3} bits: {found:.3f} of one person, {wrong:.5f} of two")


def main() -> None:
    """Learn, write and report."""
    learn, held_out = list_pairs()
    table = first_table()
    for _ in range(ROUNDS):
        table = learn_table(learn, table)
    write_table(table)
    report(held_out)


if __name__ == "__main__":
    main()
