"""What is kept on disk of a language model: its answers, and how often it was asked on a day.

Several processes may use both at once: answers are whole files moved into place, the count is kept under a file lock.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import ValidationError

from include.detect.llm.answer import PROMPT_VERSION, ModelAnswer
from include.records import Document


class AnswerCache:
    """Answers by what was asked: the article's words, the model, the prompt's and the detector's version."""

    def __init__(self, folder: Path, *versions: str) -> None:
        self._folder, self._versions = folder, versions

    def get(self, document: Document) -> ModelAnswer | None:
        """The answer that was given before. A file that cannot be read is as good as none."""
        try:
            return ModelAnswer.model_validate_json(self._path(document).read_bytes())
        except (OSError, ValidationError):
            return None

    def put(self, document: Document, answer: ModelAnswer) -> None:
        """Keep an answer."""
        path = self._path(document)
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=".part-", delete=False) as file:
            file.write(answer.model_dump_json())
        Path(file.name).replace(path)

    def _path(self, document: Document) -> Path:
        asked = [document.lang, document.published, document.title, document.text, PROMPT_VERSION, *self._versions]
        key = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        return self._folder / key[:2] / f"{key}.json"


class DailyBudget:
    """How many calls a day may cost, over all processes that share the folder."""

    def __init__(self, folder: Path, day: date, limit: int) -> None:
        self._path, self._limit = folder / f"{day.isoformat()}.count", limit

    def take(self) -> bool:
        """Count one call; False, and nothing counted, where the day's calls are used up."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            text = file.read().strip()
            used = int(text) if text.isdigit() else 0
            if used >= self._limit:
                return False
            file.seek(0)
            file.truncate()
            file.write(str(used + 1))
            return True
