"""Errors, named for what the caller does next.

DeparturesError
├── ConfigError        the user mends a setting, a file or an argument; exit code 2, never retried
├── RetryLater         the outside world failed; the same call may succeed later
├── QuarantineRecord   this one record is set aside with its reason; the others go on
├── AuditStopped       checks refused the batch or the result; nothing is published
└── BaseMoved          another run published first; repeat load to audit on the new base
"""

from __future__ import annotations


class DeparturesError(Exception):
    """Base of every error that this project raises on purpose. Its text is one line for a person."""


class ConfigError(DeparturesError):
    """The input of a person is wrong. The text names what, where and what to do."""


class RetryLater(DeparturesError):
    """The outside world failed in a way that may pass."""

    def __init__(self, message: str, after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.after_seconds = after_seconds


class QuarantineRecord(DeparturesError):
    """One record cannot be used: `reason` is a stable short code, the text says more."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason


class AuditStopped(DeparturesError):
    """A check of severity `stop` failed; the published file stays as it was."""


class BaseMoved(DeparturesError):
    """The published generation is not the one this run started from."""
