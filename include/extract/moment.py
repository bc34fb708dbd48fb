"""A time as a page gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as a page gives it. `value` is aware where `has_offset`, else the page's unzoned time taken as UTC."""

    value: datetime
    has_offset: bool
    has_time: bool = True

    @property
    def utc(self) -> datetime:
        """The moment in UTC."""
        return self.value.astimezone(UTC)

    def isoformat(self) -> str:
        """ISO 8601 with offset where the page gives one, without where not; the day alone where there is no time."""
        if not self.has_time:
            return self.value.date().isoformat()
        return (self.value if self.has_offset else self.value.replace(tzinfo=None)).isoformat()
