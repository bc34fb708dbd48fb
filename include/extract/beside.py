"""What stands beside the article: comments, lists of other articles."""

from __future__ import annotations

import re
from typing import Any

_NAMES = re.compile(r"comment|reply|disqus|related|recommend|most-?read|sidebar", re.IGNORECASE)
_MAX_HEADINGS = 20


class Beside:
    """Tells, of any element of a page, whether it stands beside the article. Looks at each element once."""

    def __init__(self, tree: Any) -> None:
        headings = list(tree.iter("h1"))[:_MAX_HEADINGS]
        self.headline = headings[0] if headings else None
        self._frames = {frame for heading in headings for frame in heading.iterancestors()}
        self._known: dict[Any, bool] = {}

    def holds(self, element: Any) -> bool:
        """True for what stands in an element whose class or id says comments, related articles, sidebar.

        A frame of the headline is no such place, whatever it is called: `sidebar-1` is the main column of a large site.
        """
        path = []
        node = element
        while node is not None and node not in self._known:
            path.append(node)
            node = node.getparent()
        inside = node is not None and self._known[node]
        for node in reversed(path):
            name = f"{node.get('class', '')} {node.get('id', '')}"
            inside = inside or (_NAMES.search(name) is not None and node not in self._frames)
            self._known[node] = inside
        return inside
