"""Celery's configuration for the two kinds of workers: what their tasks import is imported once, before they fork.

Airflow gives every task a process of its own, forked from one of the worker's, and what is imported there need not be
imported again. Steps that take a tenth of a second spent half a second on imports; Great Expectations takes a second
more, twice a run, and the lists of names half of one. Named by AIRFLOW__CELERY__CELERY_CONFIG_OPTIONS; without it
everything works, slower.
"""

from __future__ import annotations

import gc
from typing import Any

from airflow.providers.celery.executors.default_celery import DEFAULT_CELERY_CONFIG
from celery.signals import worker_init, worker_shutdown

_FETCH_STEPS = ("include.pipeline.fetch", "include.pipeline.read")
_WAREHOUSE_STEPS = (
    "include.check.library",
    *(f"include.pipeline.{step}" for step in ("poll", "load", "check", "merge", "flag", "audit", "publish", "alert")),
)

WORKER: dict[str, Any] = {**DEFAULT_CELERY_CONFIG, "imports": _FETCH_STEPS}
WAREHOUSE: dict[str, Any] = {**DEFAULT_CELERY_CONFIG, "imports": _WAREHOUSE_STEPS}


@worker_init.connect
def prepare_tasks(sender: Any, **_: Any) -> None:
    """Read the lists of names, where runs are merged, and leave what is there by now out of garbage collections.

    These are half a second of each task that makes many objects.
    """
    if sender.app.conf.imports == _WAREHOUSE_STEPS:
        from include.pipeline.merge import load_knowledge

        load_knowledge()
    gc.freeze()


@worker_shutdown.connect
def take_back(**_: Any) -> None:
    """DuckDB complains at exit of what was never collected."""
    gc.unfreeze()
