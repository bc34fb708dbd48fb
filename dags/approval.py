"""A person's answer that is not lost where it comes before the scheduler has put the question away."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.providers.standard.triggers.hitl import HITLTrigger
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.timezone import utcnow

if TYPE_CHECKING:
    from airflow.sdk import Context

_RETRIES = 3


class Approval(ApprovalOperator):
    """ApprovalOperator whose retries wait for the answer to the first question instead of asking again.

    The question can be answered while the scheduler has not yet seen the end of the process that asked it, which takes
    seconds on a busy machine. It then takes that end for the end of the process that goes on with the answer, "finished
    with state success, but the task instance's state attribute is queued", fails the task and tells the operator
    (Airflow 3.3.2). The answer is stored; a retry picks it up. Asking again would delete it.
    """

    def __init__(self, **arguments: Any) -> None:
        waiting: dict[str, Any] = {
            "execution_timeout": None,  # a person is waited for, not a process
            "retries": _RETRIES,
            "retry_delay": timedelta(seconds=10),
        }
        super().__init__(**waiting, **arguments)

    def execute(self, context: Context) -> Any:
        """Ask, or go on waiting for the answer to what an earlier try asked."""
        if not self._is_asked(context):
            return super().execute(context)
        trigger = HITLTrigger(
            ti_id=context["ti"].id,
            options=self.options,
            params=self.serialized_params,
            multiple=self.multiple,
            timeout_datetime=utcnow() + self.response_timeout if self.response_timeout else None,
        )
        return self.defer(trigger=trigger, method_name="execute_complete")

    def process_trigger_event_error(self, event: dict[str, Any]) -> NoReturn:
        """Nobody answered in time: that is the end, and no reason for another try."""
        raise AirflowFailException(f"nobody answered: {event['error']}")

    def _is_asked(self, context: Context) -> bool:
        """Whether Airflow tries again by itself; whoever clears the task wants to be asked anew."""
        tried, retries = context["ti"].try_number, self.retries or 0
        return tried > context["ti"].max_tries - retries + 1
