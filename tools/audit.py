"""`make audit`: what the project is made of (locked versions, licences) and which of it is known to be weak.

Known weaknesses are asked of OSV (https://osv.dev), all packages in one question. Where OSV cannot be reached the
report says so, and is about versions and licences alone: it is not a clean bill. Exit code 1 where something is known.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.request
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OSV = "https://api.osv.dev/v1/querybatch"
TIMEOUT = 20.0  # seconds
# Licences that ask something of those who pass the whole on; each is looked at by a person.
_TO_LOOK_AT = re.compile(r"\b(A?GPL|LGPL|SSPL|BUSL|MPL|EUPL|CC-BY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Package:
    """One locked package."""

    name: str
    version: str
    licence: str  # as the package states it; "" where it states none or is not installed here
    direct: bool  # asked for in requirements.in


def read_lock(root: Path) -> list[Package]:
    """The packages of requirements.txt; those with other versions for other Pythons stand once for each."""
    wanted = re.findall(r"^([A-Za-z0-9._-]+)", (root / "requirements.in").read_text(encoding="utf-8"), re.MULTILINE)
    direct = {_normal(name) for name in wanted}
    locked = re.findall(
        r"^([a-z0-9._-]+)==([^\s;]+)", (root / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    return [Package(name, version, read_licence(name), _normal(name) in direct) for name, version in locked]


def read_licence(name: str) -> str:
    """What an installed package says of its licence, in a few words."""
    try:
        stated = metadata(name).json
    except PackageNotFoundError:
        return ""
    if expression := stated.get("license_expression"):
        return str(expression)
    classifiers = [c.rpartition(" :: ")[2] for c in stated.get("classifier", ()) if c.startswith("License ::")]
    text = ", ".join(c for c in classifiers if c != "OSI Approved") or str(stated.get("license", "")).strip()
    return text.splitlines()[0][:60] if text else ""


def ask_osv(packages: list[Package], url: str = OSV) -> dict[str, list[str]] | None:
    """Ids of known weaknesses by package; None where OSV cannot be reached."""
    queries = [{"package": {"name": p.name, "ecosystem": "PyPI"}, "version": p.version} for p in packages]
    request = urllib.request.Request(
        url, json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            results: list[dict[str, Any]] = json.load(answer)["results"]
    except (OSError, ValueError, KeyError):
        return None
    found = zip(packages, results, strict=True)
    return {f"{p.name} {p.version}": [v["id"] for v in said["vulns"]] for p, said in found if said.get("vulns")}


def render_report(packages: list[Package], known: dict[str, list[str]] | None) -> str:
    """The report as Markdown."""
    lines = [
        "# Dependencies",
        "",
        f"{len(packages)} locked, {sum(p.direct for p in packages)} of them asked for directly.",
        "",
    ]
    lines += ["## Known weaknesses", ""]
    if known is None:
        lines += [f"NOT EXAMINED: {OSV} could not be reached. What follows is about versions and licences alone.", ""]
    elif known:
        lines += [f"- {name}: {', '.join(ids)}" for name, ids in sorted(known.items())] + [""]
    else:
        lines += ["OSV knows of none in these versions.", ""]
    to_look_at = [p for p in packages if not p.licence or _TO_LOOK_AT.search(p.licence)]
    lines += ["## Licences to look at", ""]
    lines += [f"- {p.name} {p.version}: {p.licence or 'states none, or is not installed here'}" for p in to_look_at]
    lines += ["", "## Licences", ""]
    counted = Counter(p.licence or "not stated" for p in packages)
    lines += [f"- {count} {licence}" for licence, count in counted.most_common()]
    lines += ["", "## Packages", "", "| package | version | licence | direct |", "| --- | --- | --- | --- |"]
    lines += [f"| {p.name} | {p.version} | {p.licence} | {'yes' if p.direct else ''} |" for p in packages]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """Write the report and print its first part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "audit.md")
    parser.add_argument("--osv", default=OSV, help="where to ask for known weaknesses")
    options = parser.parse_args(arguments)
    packages = read_lock(ROOT)
    known = ask_osv(packages, options.osv)
    report = render_report(packages, known)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(report, encoding="utf-8")
    print(report.partition("## Licences\n")[0].strip())
    print(f"\nWritten: {options.out}")
    return 1 if known else 0


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
