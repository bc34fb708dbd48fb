"""A second reading: articles whose moves the rules leave open are shown to a language model.

It runs where the settings are, not in the processes that parse foreign pages, which have no network and no key.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from include.detect.gaps import Gap
from include.detect.llm.answer import ModelAnswer
from include.detect.llm.ask import SECONDS_PER_CALL, Asker, AskFailed, check_llm
from include.detect.llm.complete import complete_moves
from include.detect.llm.ledger import AnswerCache, DailyBudget
from include.detect.llm.verify import verify_answer
from include.detect.moves import DETECTOR_VERSION
from include.records import Document, Move
from include.settings import Settings

_AT_ONCE = 4
_FAILURES_IN_A_ROW = 5  # then the model is left alone until the next batch: a dead endpoint costs minutes, not hours


@dataclass(frozen=True, slots=True)
class Case:
    """One article as the rules leave it."""

    document: Document
    gap: Gap
    moves: tuple[Move, ...]


@dataclass(slots=True)
class SecondReport:
    """What a second reading did; `str()` is one line for a person."""

    model: str
    asked: int = 0
    cached: int = 0
    added: int = 0
    completed: int = 0
    over_budget: int = 0
    given_up: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        parts = [f"{self.asked} asked", f"{self.cached} known", f"{self.added} moves added"]
        parts.append(f"{self.completed} completed")
        for what, reasons in (("dropped", self.dropped), ("failed", self.failures)):
            if reasons:
                told = ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
                parts.append(f"{reasons.total()} {what} ({told})")
        if self.over_budget:
            parts.append(f"{self.over_budget} over DEPARTURES_LLM_DAILY_BUDGET")
        if self.given_up:
            parts.append(f"{self.given_up} not asked after {_FAILURES_IN_A_ROW} failures in a row")
        return f"{self.model}: {', '.join(parts)}"


def read_again(
    cases: Sequence[Case], settings: Settings, day: date, *, seconds: float = SECONDS_PER_CALL
) -> tuple[list[tuple[Move, ...]], SecondReport]:
    """The moves of each case, in order, with what the model adds; `day` is the one whose budget is used.

    Whatever the model or the way to it does, the moves of the rules are among them. Raises ConfigError where the
    settings do not allow to ask at all.
    """
    check_llm(settings)
    report = SecondReport(settings.llm_model)
    moves = [case.moves for case in cases]
    wanted = [
        index
        for index, case in enumerate(cases)
        if case.gap == "incomplete" or (settings.llm == "always" and case.gap == "complete")
    ]
    folder = settings.home / "llm"
    cache = AnswerCache(folder / "answers", settings.llm_base_url, settings.llm_model, DETECTOR_VERSION)
    answers = {index: cache.get(cases[index].document) for index in wanted}
    unknown = [index for index in wanted if answers[index] is None]
    report.cached = len(wanted) - len(unknown)
    if unknown:
        budget = DailyBudget(folder / "calls", day, settings.llm_daily_budget)
        fresh = asyncio.run(_ask([cases[i].document for i in unknown], settings, seconds, cache, budget, report))
        answers |= dict(zip(unknown, fresh, strict=True))
    for index in wanted:
        answer = answers[index]
        if answer is not None:
            found, dropped = verify_answer(cases[index].document, answer, f"llm:{settings.llm_model}")
            report.dropped += dropped
            whole, added, completed = complete_moves(cases[index].moves, found)
            moves[index] = tuple(whole)
            report.added += added
            report.completed += completed
    return moves, report


async def _ask(
    documents: Sequence[Document],
    settings: Settings,
    seconds: float,
    cache: AnswerCache,
    budget: DailyBudget,
    report: SecondReport,
) -> list[ModelAnswer | None]:
    free = asyncio.Semaphore(_AT_ONCE)
    in_a_row = 0

    async def ask_one(asker: Asker, document: Document) -> ModelAnswer | None:
        nonlocal in_a_row
        async with free:
            if in_a_row >= _FAILURES_IN_A_ROW:
                report.given_up += 1
                return None
            if not budget.take():
                report.over_budget += 1
                return None
            report.asked += 1
            try:
                answer = await asker.ask(document)
            except AskFailed as error:
                report.failures[str(error)] += 1
                in_a_row += 1
                return None
            in_a_row = 0
            cache.put(document, answer)
            return answer

    async with Asker(settings, seconds) as asker:
        return await asyncio.gather(*(ask_one(asker, document) for document in documents))
