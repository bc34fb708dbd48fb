"""Disjoint sets of mentions, each with at most one known person."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

_SHOWN = 24  # of what the members of a set say: enough to find what contradicts another set

T = TypeVar("T")


class Union(Generic[T]):
    """Sets of move ids; the smallest id of a set is its root, so that the result does not depend on the order.

    `says` gives, by move id, a key and what is said under it; members that say the same are looked at once. Two sets
    are joined only where `may_be_one` finds nothing that speaks against it.
    """

    def __init__(
        self,
        move_ids: Iterable[str],
        anchors: Mapping[str, str],
        says: Mapping[str, tuple[Hashable, T]] | None = None,
        may_be_one: Callable[[Sequence[T], Sequence[T]], bool] | None = None,
    ) -> None:
        self._parent = {move_id: move_id for move_id in move_ids}
        self._anchor = {move_id: anchors.get(move_id) for move_id in self._parent}
        self._says = {move_id: dict([said]) for move_id, said in (says or {}).items()}
        self._may_be_one = may_be_one

    def find(self, move_id: str) -> str:
        """The root of the set that a move is in."""
        while self._parent[move_id] != move_id:
            self._parent[move_id] = self._parent[self._parent[move_id]]
            move_id = self._parent[move_id]
        return move_id

    def anchor(self, move_id: str) -> str | None:
        """The known person of the set that a move is in."""
        return self._anchor[self.find(move_id)]

    def may_join(self, left: str, right: str) -> bool:
        """Whether two sets are not two different known people, nor contradict each other."""
        a, b = self.anchor(left), self.anchor(right)
        if a is not None and b is not None:
            return a == b
        if self._may_be_one is None:
            return True
        ours, theirs = (list(self._says[self.find(move_id)].values()) for move_id in (left, right))
        return self._may_be_one(ours, theirs)

    def join(self, left: str, right: str, *, decided: bool = False) -> bool:
        """Make two sets one, if they may be (`decided`: unless they are two known people). Returns whether they are."""
        a, b = sorted((self.find(left), self.find(right)))
        if a == b:
            return True
        anchors = self._anchor[a], self._anchor[b]
        two_known = None not in anchors and anchors[0] != anchors[1]
        if two_known or not (decided or self.may_join(a, b)):
            return False
        self._parent[b] = a
        self._anchor[a] = self._anchor[a] or self._anchor[b]
        said = self._says.pop(b, {})
        for key in list(said)[: max(0, _SHOWN - len(self._says.get(a, {})))]:
            self._says[a].setdefault(key, said[key])
        return True
