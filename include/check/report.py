"""What a check found, for the pipeline to store and to act on."""

from __future__ import annotations

from dataclasses import dataclass

from include.errors import AuditStopped
from include.records import QualityResult, Quarantined


@dataclass(frozen=True, slots=True)
class QualityReport:
    """Outcomes of all expectations and the records to set aside; `warehouse.quarantine.apply_report` stores both."""

    results: tuple[QualityResult, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def stopped(self) -> bool:
        """Whether an expectation of severity stop was not met: the run must not publish."""
        return any(not result.success and result.severity == "stop" for result in self.results)

    @property
    def warnings(self) -> tuple[QualityResult, ...]:
        """Expectations of severity warn that were not met."""
        return tuple(result for result in self.results if not result.success and result.severity == "warn")

    def raise_if_stopped(self) -> None:
        """Raise AuditStopped with the first reason and its advice, in one line."""
        failed = [result for result in self.results if not result.success and result.severity == "stop"]
        if failed:
            first, others = failed[0], len(failed) - 1
            more = f" (and {others} more)" if others else ""
            raise AuditStopped(
                f"{first.suite}: {first.expectation} of {first.subject} not met, {first.observed}{more}; {first.advice}"
            )
