"""`departures languages`: the language packs, and whether their own examples come out."""

from __future__ import annotations

from typing import Annotated

import typer

from include.cli.common import err, out
from include.errors import ConfigError

app = typer.Typer(no_args_is_help=True, help="Language packs: which there are, and what their own examples give.")


@app.command("list")
def list_languages() -> None:
    """Every language with its number of phrases and examples."""
    from rich.table import Table

    from include.knowledge.languages import list_packs, load_pack

    table = Table("code", "language", "trigger phrases", "posts", "examples")
    for code in list_packs():
        pack = load_pack(code)
        triggers = sum(len(rule.phrases) for rule in pack.triggers)
        posts = sum(map(len, pack.roles.values()))
        table.add_row(code, pack.name, str(triggers), str(posts), str(len(pack.examples)))
    out().print(table)


@app.command("check")
def check_languages(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Default: every pack.")] = None,
) -> None:
    """Load packs, run their examples, and show what is missing or should not be there."""
    from include.detect.selfcheck import check_examples
    from include.knowledge.languages import list_packs, load_pack

    known = list_packs()
    for code in codes or known:
        if code not in known:
            raise ConfigError(f"no language pack {code!r}; there are {', '.join(known)}")
        results = check_examples(load_pack(code))
        passed = sum(result.passed for result in results)
        out().print(f"{code}: {passed} of {len(results)} examples pass")
        for result in results:
            for text in result.missing:
                err().print(f"  line {result.example.line}: missing    {text}", markup=False)
            for text in result.unexpected:
                err().print(f"  line {result.example.line}: unexpected {text}", markup=False)
