"""Write expectations anew, or mark them as reviewed."""

from __future__ import annotations

import sys

from tests.recorded import digest, extract_record, list_pages, load_record, save_record


def main(arguments: list[str]) -> None:
    """`NAME ...` writes what extraction gives now; `--reviewed NAME ...` signs it. No name is all pages."""
    reviewed = "--reviewed" in arguments
    names = [argument for argument in arguments if not argument.startswith("--")] or list_pages()
    for name in names:
        record = load_record(name)
        if reviewed:
            record["reviewed"] = digest(record["expected"])
        else:
            expected = extract_record(name)
            if expected == record["expected"]:
                continue
            record["expected"] = expected
            record.pop("reviewed", None)
        save_record(name, record)
        print(f"{name}: {'signed' if reviewed else 'written, to be reviewed'}")


if __name__ == "__main__":
    main(sys.argv[1:])
