"""The child of `project_svc.jobs.computing`: one function, once. Progress and the answer go to standard output, prints to standard error."""

import os
import pickle
import sys
import threading
from importlib import import_module
from typing import Any, BinaryIO

from project_svc.jobs.computing import LENGTH, framed


def main() -> None:
    """Read what to do, do it, say what came of it."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asked = sys.stdin.buffer
    length = int.from_bytes(asked.read(LENGTH), "big")
    function, arguments = pickle.loads(asked.read(length))  # noqa: S301  (from our own parent)
    threading.Thread(target=_end_with_parent, args=(asked.fileno(),), daemon=True).start()
    _say(answers, _done(answers, function, arguments))


def _done(answers: BinaryIO, function: str, arguments: tuple[Any, ...]) -> tuple[str, Any]:
    module, _, name = function.partition(":")
    try:
        return "answered", getattr(import_module(module), name)(
            lambda share: _say(answers, ("told", share)), *arguments
        )
    except Exception as error:  # noqa: BLE001  (the parent raises it)
        return "raised", error


def _say(answers: BinaryIO, message: tuple[str, Any]) -> None:
    answers.write(framed(message))
    answers.flush()


def _end_with_parent(asked: int) -> None:
    """The parent holds the other end for as long as it lives and waits. Past Python's buffer, whose lock would keep us from ending."""
    os.read(asked, 1)
    os._exit(1)


if __name__ == "__main__":
    main()
