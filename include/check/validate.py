"""Validate pandas frames with Great Expectations, which is not imported before there is a row to validate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.check.expectations import Expectation

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one expectation found in one frame."""

    expectation: Expectation
    success: bool
    failing: tuple[int, ...]  # positions of the rows that fail
    observed: str


def validate_frame(frame: pd.DataFrame, expectations: Sequence[Expectation]) -> list[Outcome]:
    """Validate the expectations on the frame, in their order. A value that is missing counts as met."""
    if frame.empty:
        return [Outcome(expectation, True, (), "no rows") for expectation in expectations]
    from include.check.library import ProgressBarsConfig, gx, gxe

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    suite = gx.ExpectationSuite(
        name="suite",
        expectations=[
            getattr(gxe, expectation.kind)(column=expectation.column, meta={"at": at}, **expectation.arguments)
            for at, expectation in enumerate(expectations)
        ],
    )
    batch = context.data_sources.pandas_default.read_dataframe(frame.reset_index(drop=True))
    validated = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    results: list[Any] = list(validated.results)
    by_place = {result.expectation_config.meta["at"]: result for result in results}
    return [_read_outcome(expectation, by_place[at]) for at, expectation in enumerate(expectations)]


def _read_outcome(expectation: Expectation, result: Any) -> Outcome:
    if result.exception_info.get("raised_exception"):
        message = str(result.exception_info.get("exception_message"))
        raise RuntimeError(f"expectation {expectation.name!r} could not be evaluated: {message}")
    failing = tuple(sorted(int(place) for place in result.result.get("unexpected_index_list") or ()))
    rows = int(result.result.get("element_count") or 0)
    examples = ", ".join(dict.fromkeys(str(value) for value in (result.result.get("unexpected_list") or ())[:3]))
    observed = f"{len(failing)} of {rows} rows" + (f" (as {examples})" if failing and examples != "False" else "")
    return Outcome(expectation, bool(result.success), failing, observed)
