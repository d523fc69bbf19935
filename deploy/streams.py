"""`python -m deploy.streams save|restore FOLDER`: the streams of a running bus as files, and back, as `nats stream backup` keeps them.

It speaks to the bus as its operator, whose password is in NATS_OPERATOR_PASSWORD: `kubectl -n interlock port-forward service/nats 4222`.
None of the streams may exist when they are restored.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from deploy import bus_operator
from local_stack.errors import StackError
from local_stack.stream_files import restore_streams, save_streams

_WORK: Final = {"save": save_streams, "restore": restore_streams}


def main() -> None:
    """Save or restore them, and print their names. Exit code 1 and one line when that fails."""
    told = argparse.ArgumentParser(prog="python -m deploy.streams", description=__doc__)
    told.add_argument("what", choices=_WORK)
    told.add_argument("folder", type=Path, help="a folder a stream, in this one")
    bus_operator.add_options(told)
    asked = told.parse_args()
    try:
        for name in _WORK[asked.what](bus_operator.url_of(told, asked), asked.folder, asked.ca):
            print(name)
    except StackError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
