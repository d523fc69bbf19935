"""`python -m contracts generate` writes JSON Schema and AsyncAPI, and keeps the example of a new version as published; `python -m contracts check` says what is wrong."""

import argparse
import sys

from contracts import check
from contracts.files import PUBLISHED, SCHEMAS
from contracts.permissions import document


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 when all is well, 1 with one line per fault otherwise."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    generate = commands.add_parser("generate", help="write the generated files again")
    generate.add_argument(
        "--unpublished", action="store_true", help="allow breaking changes, to versions that nobody has received yet"
    )
    commands.add_parser("check", help="check examples, of today and as published, compatibility and generated files")
    commands.add_parser("permissions", help="print the table of permissions as a page of Markdown")
    options = parser.parse_args(arguments)
    if options.command == "permissions":
        print(document.page(), end="")
        return 0
    if options.command == "generate":
        return _generate(breaking_allowed=options.unpublished)
    return _report(check.faults())


def _generate(*, breaking_allowed: bool) -> int:
    broken = [] if breaking_allowed else check.broken_versions()
    if broken:
        return _report(broken)
    files = check.generated()
    outlived = set(SCHEMAS.glob("*.json")) - files.keys()
    if breaking_allowed:
        outlived |= {path for path in PUBLISHED.glob("*.json") if (SCHEMAS / path.name) not in files}
        outlived |= check.unreadable_published().keys()
    for path in outlived:
        path.unlink()
    for path, text in {**files, **check.newly_published()}.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _report(faults: list[str]) -> int:
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
