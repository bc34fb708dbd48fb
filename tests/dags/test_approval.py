"""With `alert_approval` a person answers in Airflow before anybody is told."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import ROOT

if TYPE_CHECKING:
    from airflow.sdk import DAG


@pytest.fixture
def dag(airflow_db: None, monkeypatch: pytest.MonkeyPatch) -> DAG:
    from airflow.dag_processing.dagbag import DagBag

    monkeypatch.setenv("DEPARTURES_ALERT_APPROVAL", "true")
    bag = DagBag(str(ROOT / "dags" / "alert_departures.py"))
    assert bag.import_errors == {}
    found: Any = bag.dags["alert_departures"]
    return found


def test_a_person_stands_between_draft_and_message(dag: DAG) -> None:
    from airflow.providers.standard.operators.hitl import ApprovalOperator

    assert [task.task_id for task in dag.topological_sort()] == ["draft", "approve", "send", "refuse"]
    approve = dag.get_task("approve")
    assert isinstance(approve, ApprovalOperator)
    assert approve.downstream_task_ids == {"send"}  # a rejection skips it
    assert dag.get_task("refuse").upstream_task_ids == {"send"}
    assert dag.get_task("refuse").trigger_rule == "none_failed"  # else a run whose `send` failed would be green


def test_a_person_is_waited_for_and_not_asked_twice(dag: DAG) -> None:
    from airflow.sdk.exceptions import AirflowFailException, TaskDeferred

    approve = dag.get_task("approve")
    assert approve.execution_timeout is None
    assert approve.response_timeout < dag.dagrun_timeout  # type: ignore[attr-defined]
    assert approve.on_failure_callback
    again = SimpleNamespace(id="the-task", try_number=2, max_tries=approve.retries)
    with pytest.raises(TaskDeferred) as waiting:  # for the answer to what was asked before
        approve.execute({"ti": again, "task_instance": again})
    assert waiting.value.trigger.ti_id == "the-task" and waiting.value.method_name == "execute_complete"
    with pytest.raises(AirflowFailException, match="nobody answered"):  # no other try, and the operator hears of it
        approve.execute_complete({}, {"error": "the time is over", "error_type": "timeout"})  # type: ignore[attr-defined]


@pytest.mark.parametrize(("tried", "most", "asked"), [(1, 3, False), (2, 3, True), (4, 3, True), (3, 5, False)])
def test_whoever_clears_the_question_is_asked_anew(dag: DAG, tried: int, most: int, asked: bool) -> None:
    ti = SimpleNamespace(try_number=tried, max_tries=most)
    assert dag.get_task("approve")._is_asked({"ti": ti}) is asked  # type: ignore[attr-defined]


def test_no_task_has_an_argument_whose_name_airflow_keeps_for_its_own(dag: DAG) -> None:
    """A task that takes `run_id` is parsed, scheduled, and fails when it begins."""
    from airflow.sdk.definitions.context import KNOWN_CONTEXT_KEYS

    functions = [task.python_callable for task in dag.tasks if hasattr(task, "python_callable")]
    assert len(functions) == 3
    for function in functions:
        assert not KNOWN_CONTEXT_KEYS & set(inspect.signature(function).parameters), function
