"""Disjoint sets of mentions, each with at most one known person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Union:
    """Sets of move ids; the smallest id of a set is its root, so that the result does not depend on the order."""

    def __init__(self, move_ids: Iterable[str], anchors: Mapping[str, str]) -> None:
        self._parent = {move_id: move_id for move_id in move_ids}
        self._anchor = {move_id: anchors.get(move_id) for move_id in self._parent}

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
        """Whether two sets are not two different known people."""
        a, b = self.anchor(left), self.anchor(right)
        return a is None or b is None or a == b

    def join(self, left: str, right: str) -> bool:
        """Make two sets one, unless they are two different known people. Returns whether they are one now."""
        a, b = sorted((self.find(left), self.find(right)))
        if a == b:
            return True
        if not self.may_join(a, b):
            return False
        self._parent[b] = a
        self._anchor[a] = self._anchor[a] or self._anchor[b]
        return True
