"""Reading a program file: its JSON, its shapes and its references, each fault with the line that it stands on."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from pydantic import ValidationError

from local_stack.errors import StackError
from local_stack.json_lines import DuplicateMember, Path, lines_of
from local_stack.program_file import ProgramFile
from local_stack.program_references import broken_references

MAX_BYTES = 64 * 1024 * 1024


class BadProgramFile(StackError):
    """The file cannot be loaded. One line: the file, the line in it, the record, what is wrong."""


@dataclass(frozen=True, slots=True)
class Document:
    """A program file that was read and whose references hold."""

    file: FilePath
    program: ProgramFile
    lines: dict[Path, int]

    def place(self, path: Path) -> str:
        """`program.json, line 12` for the value at `path`, or for what encloses it."""
        return f"{self.file.name}, line {line_at(self.lines, path)}"


def read_document(file: FilePath) -> Document:
    """Read and check a program file. Raises BadProgramFile with its first fault and how many more there are."""
    text = _text_of(file)
    try:
        content = json.loads(text)
        lines = lines_of(text)
    except json.JSONDecodeError as error:
        raise BadProgramFile(f"{file.name}, line {error.lineno}: not JSON: {error.msg}") from None
    except DuplicateMember as error:
        raise BadProgramFile(f"{file.name}, line {error.line}: {error}") from None
    except RecursionError:
        raise BadProgramFile(f"{file.name}: nested too deeply") from None
    try:
        program = ProgramFile.model_validate(content)
    except ValidationError as error:
        faults = [(tuple(fault["loc"]), fault["msg"]) for fault in error.errors(include_url=False)]
        raise _refusal(file, lines, content, faults) from None
    faults = list(broken_references(program))
    if faults:
        raise _refusal(file, lines, content, faults)
    return Document(file, program, lines)


def line_at(lines: dict[Path, int], path: Path) -> int:
    """The line of the value at `path`, or of the nearest value around it (a missing member has no line of its own)."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _text_of(file: FilePath) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise BadProgramFile(f"{file}: larger than {MAX_BYTES // 1024 // 1024} MiB")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadProgramFile(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadProgramFile(f"{file}: not UTF-8 text") from None


def _refusal(
    file: FilePath, lines: dict[Path, int], content: object, faults: Sequence[tuple[Path, str]]
) -> BadProgramFile:
    path, message = min(faults, key=lambda fault: line_at(lines, fault[0]))
    names = ", ".join(_names_on(content, path))
    rest = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    where = "".join(f"{part}: " for part in (names, _member(path)) if part)
    return BadProgramFile(f"{file.name}, line {line_at(lines, path)}: {where}{message}{rest}")


def _member(path: Path) -> str:
    return str(path[-1]) if path and isinstance(path[-1], str) else ""


def _names_on(content: object, path: Path) -> Iterator[str]:
    """The records on the way to `path`, as a person would name them: `project track`, `task rails`."""
    lists = {"projects": "project", "tasks": "task", "links": "link", "lines": "budget line", "actuals": "actual"}
    lists |= {"risks": "risk", "dependencies": "dependency", "goals": "goal", "key_results": "key result"}
    lists |= {"check_ins": "check-in", "alignments": "alignment"}
    kind = ""
    for step in path:
        if isinstance(content, dict) and step in content:
            kind = lists.get(str(step), "")
            content = content[step]
        elif isinstance(content, list) and isinstance(step, int) and step < len(content):
            content = content[step]
            if isinstance(content, dict):
                yield f"{kind} {content.get('ref', f'number {step + 1}')}"
        else:
            return
