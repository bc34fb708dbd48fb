"""How the tests are shared among processes: what shares a dear fixture stays together, and the dearest parts go first.

A part is a file, if nothing is said here. Which parts are dear was read off `pytest --durations=0`; the order decides
how long the end of a run is, never what is tested.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

# Paths that begin so are one part: Airflow is started, or its database made, once for all of them. The two that start
# all of Airflow's processes go one after the other: side by side, each spends its time waiting for the other.
_TOGETHER = {
    "tests/standalone/": "tests/cluster/",
    "tests/cluster/": "tests/cluster/",
    "tests/dags/": "tests/dags/",
    "tests/board/test_authorisation.py": "tests/dags/",
}
_DEAREST_FIRST = (
    "tests/cluster/",
    "tests/documents/test_documents.py",
    "tests/dags/",
    "tests/pipeline/test_kills.py",
    "tests/pipeline/test_chain.py",
    "tests/cli/test_run.py",
    "tests/pipeline/test_real_pages.py",
    "tests/cli/test_review.py",
    "tests/test_objectstore.py",
    "tests/board/test_browser.py",
    "tests/cli/test_baseline.py",
    "tests/check/test_batch.py",
    "tests/board/test_review.py",
    "tests/test_policies.py",
    "tests/pipeline/test_reprocess.py",
    "tests/warehouse/test_housekeeping.py",
    "tests/warehouse/test_query.py",
    "tests/check/test_result.py",
    "tests/pipeline/test_order.py",
    "tests/cli/test_detect.py",
    "tests/pipeline/test_alert.py",
    "tests/cli/test_bad_input.py",
    "tests/fetch/test_hostile.py",
    "tests/pipeline/test_takedown_lasts.py",
    "tests/pipeline/test_maintenance.py",
    "tests/warehouse/test_load.py",
    "tests/board/test_sql.py",
    "tests/cli/test_upkeep.py",
    "tests/resolve/test_order.py",
    "tests/fetch/test_network.py",
    "tests/warehouse/test_generations.py",
    "tests/documents/test_recipes.py",
)
_DEAR = _DEAREST_FIRST[:13]  # a minute or more each, with a test that takes most of it


def find_part(nodeid: str) -> str:
    """The part to which a test belongs."""
    path = nodeid.partition("::")[0]
    return next((part for begin, part in _TOGETHER.items() if path.startswith(begin)), path)


def sort_items(items: list[pytest.Item]) -> None:
    """Bring tests into the order of their parts; within a part they keep theirs."""
    rank = {part: number for number, part in enumerate(_DEAREST_FIRST)}
    items.sort(key=lambda item: rank.get(find_part(item.nodeid), len(rank)))


def count_processes() -> int:
    """One more than twice the processors, since tests wait for servers, browsers and timeouts half of their time.

    At most 8. With three times as many, the parts that start Airflow wait for all the others.
    """
    return min(8, 2 * len(os.sched_getaffinity(0)) + 1)


class PartScheduling(LoadFileScheduling):
    """Gives whole parts to the processes, in the order in which they were collected.

    A process begins its last test only when it knows of another one. Where the last one is dear, what it is given is
    a quick part from the end: a dear one would wait behind it, while other processes have nothing to do.
    """

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False  # the parts with most tests first: those are the quick ones
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return find_part(nodeid)

    def _assign_work_unit(self, node: WorkerController) -> None:
        waiting = [part for part, tests in self.assigned_work[node].items() if not all(tests.values())]
        if any(part in _DEAR for part in waiting):
            self.workqueue.move_to_end(next(reversed(self.workqueue)), last=False)
        super()._assign_work_unit(node)
