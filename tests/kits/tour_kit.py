"""The README's tour, block by block, and a shell to paste it into."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
BLOCK = re.compile(
    r"^### (?P<title>[^\n]+)$|^```bash\n(?P<commands>.*?)^```\n(?:\n```text\n(?P<answer>.*?)^```$)?",
    re.MULTILINE | re.DOTALL,
)
DONE = "-- block done:"


def blocks() -> Iterator[tuple[str, str, str | None]]:
    """Each block's heading, its commands and the answer that the document shows, if it shows one."""
    title = ""
    for match in BLOCK.finditer(README.read_text(encoding="utf-8")):
        if match["title"] is not None:
            title = match["title"]
        else:
            yield title, match["commands"], match["answer"]


class Shell:
    """A bash that stays open, as a person's terminal does: what one block sets, the next one has."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._bash = subprocess.Popen(
            ["bash"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def paste(self, commands: str) -> tuple[int, str]:
        """The exit code of the last command and everything that was printed."""
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._bash.stdin.write(f"{commands}\necho '{DONE}' $?\n")
        self._bash.stdin.flush()
        printed: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(DONE):
                return int(line.removeprefix(DONE)), "".join(printed)
            printed.append(line)
        pytest.fail(f"the shell ended: {''.join(printed)}")

    def close(self) -> None:
        self._bash.communicate()
