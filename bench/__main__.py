"""`python -m bench [--only PART]`: measure, print a table, write bench/results.json."""

import argparse
import importlib
import importlib.util
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import structlog

from bench.result import Result
from bench.stack import Stack

PARTS = ("engine", "events", "http", "program", "project", "replicas", "start")
RESULTS = Path(__file__).parent / "results.json"
HEAD = ("name", "value", "reference", "ratio", "note")


def main() -> int:
    """Run the parts that are asked for; each is a module `bench.<part>` with `run(stack) -> list[Result]`."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="measure this part alone")
    only = parser.parse_args().only
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    stack = Stack()
    results: list[Result] = []
    try:
        for part in [only] if only else PARTS:
            if importlib.util.find_spec(f"bench.{part}") is None:
                sys.stdout.write(f"bench.{part}: there is nothing to measure yet\n")
                continue
            sys.stdout.write(f"measuring {part} …\n")
            sys.stdout.flush()
            results += importlib.import_module(f"bench.{part}").run(stack)
    finally:
        stack.stop()
    sys.stdout.write(table(results))
    # The notes are for people; the file has what programs compare.
    lines = [{key: value for key, value in asdict(result).items() if key not in {"note", "most"}} for result in results]
    RESULTS.write_text(json.dumps(lines, indent=2) + "\n")
    beyond = [result for result in results if result.is_beyond]
    for result in beyond:
        sys.stderr.write(f"{result.name} takes {result.ratio:.2f} times its reference, and may take {result.most}.\n")
    return int(bool(beyond))


def table(results: Sequence[Result]) -> str:
    """The results in columns."""
    rows = [HEAD, *(row(result) for result in results)]
    widths = [max(len(line[column]) for line in rows) for column in range(len(HEAD))]
    return "".join(
        "  ".join(
            cell.ljust(width) if column in {0, 4} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        + "\n"
        for line in rows
    )


def row(result: Result) -> tuple[str, ...]:
    """One result's cells."""
    if result.value is None:
        return (result.name, "-", "-", "-", result.note)
    reference = f"{quantity(result.reference)} {result.unit}" if result.reference is not None else "-"
    ratio = f"{quantity(result.ratio)} x" if result.ratio is not None else "-"
    return (result.name, f"{quantity(result.value)} {result.unit}", reference, ratio, result.note)


def quantity(number: float | None) -> str:
    """Three significant digits, no exponent."""
    if number is None:
        return "-"
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


if __name__ == "__main__":
    raise SystemExit(main())
