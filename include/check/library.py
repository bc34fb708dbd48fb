"""Great Expectations, imported here and nowhere else, since it takes a second or more; whoever needs it imports this
module when it is needed, or before, where a process is forked for every task."""

from __future__ import annotations

import logging
import os

from include.check.deferring import absent, deferred

os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read at import: without it, GX reports usage over the network
logging.getLogger("great_expectations._docs_decorators").setLevel(logging.WARNING)  # 300 lines about its own handbook
# Charts and tests of distributions: nothing here asks for them, and they are two fifths of the import. Databases and
# object stores are a quarter of the rest, and Great Expectations does without where they are not installed.
with deferred("altair", "scipy.stats"), absent("sqlalchemy", "boto3", "botocore"):
    import great_expectations as gx
    from great_expectations import expectations as gxe
    from great_expectations.data_context.types.base import ProgressBarsConfig

__all__ = ["ProgressBarsConfig", "gx", "gxe"]
