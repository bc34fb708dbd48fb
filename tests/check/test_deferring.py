"""Great Expectations is loaded without what it imports and this project never uses."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd

from include.check.expectations import ARTICLES
from include.check.validate import validate_frame
from tests.conftest import ROOT

CODE = """
import sys, types
import pandas as pd
from include.check.expectations import ARTICLES
from include.check.validate import validate_frame
(outcome,) = validate_frame(pd.DataFrame({"article_id": ["a", "a"]}), ARTICLES[:1])
assert not outcome.success
unused = [sys.modules[name] for name in ("altair", "scipy.stats")]
print(*(type(module) is types.ModuleType for module in unused))
print([name for name in ("sqlalchemy", "botocore") if name in sys.modules])
import botocore, scipy.stats, sqlalchemy
print(scipy.stats.norm.cdf(0))
"""


def test_what_is_not_used_is_not_loaded_until_somebody_asks() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "False", "[]", "0.5"]


def test_what_is_loaded_already_stays() -> None:
    import scipy.stats

    (outcome,) = validate_frame(pd.DataFrame({"article_id": ["a", "b"]}), ARTICLES[:1])
    assert outcome.success
    assert scipy.stats.norm.cdf(0) == 0.5
