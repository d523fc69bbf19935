"""What commands that speak to the bus as its operator are told: where it answers, and the operator's password."""

import argparse
import os
from pathlib import Path

from local_stack.nats import as_user
from local_stack.nats_users import operator_user


def add_options(parser: argparse.ArgumentParser) -> None:
    """`--server` and `--ca`."""
    parser.add_argument("--server", default="nats://127.0.0.1:4222", help="where the bus answers")
    parser.add_argument("--ca", type=Path, help="PEM of the authority that signed its certificate (production)")


def url_of(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> str:
    """The bus's URL as its operator. Ends the command with 2 when NATS_OPERATOR_PASSWORD is not set."""
    password = os.environ.get("NATS_OPERATOR_PASSWORD")
    if not password:
        parser.error("NATS_OPERATOR_PASSWORD is not set")
    return as_user(asked.server, operator_user(password))
