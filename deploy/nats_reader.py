"""`python -m deploy.nats_reader NAME ORGANISATION`: the two durable consumers of a reader of one organisation's events.

It speaks to the bus as its operator, whose password is in NATS_OPERATOR_PASSWORD: `kubectl -n interlock port-forward service/nats 4222`.
Made once; those that are there stay as they are, with their place in the streams.
"""

import argparse
import sys
from uuid import UUID

from deploy import bus_operator
from local_stack.errors import StackError
from local_stack.readers import make_consumers


def main() -> None:
    """Make them. Exit code 1 and one line when that fails."""
    told = argparse.ArgumentParser(prog="python -m deploy.nats_reader", description=__doc__)
    told.add_argument("name", help="the reader's, as in its account")
    told.add_argument("organization", type=UUID, help="the id of the organisation whose events it gets")
    bus_operator.add_options(told)
    asked = told.parse_args()
    try:
        make_consumers(bus_operator.url_of(told, asked), asked.name, str(asked.organization), ca_file=asked.ca)
    except StackError as error:
        print(error, file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
