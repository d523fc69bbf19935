"""The bus's accounts for Kubernetes, from the rights that the local stack gives: `python -m deploy.nats_accounts` prints the file.

`--reader NAME`, as often as there are readers, adds an account for each (docs/operations.md). A password is a variable of the server's
environment, which the server itself fills in; a reader's is called NATS_READER_<NAME>_PASSWORD.
"""

import argparse
import json
import re
from collections.abc import Sequence

from local_stack.nats_accounts import SERVICES, accounts_of
from local_stack.nats_users import User, gateway_user, operator_user, program_user, project_user, reader_user

HEAD = "# Written by `make generate` from the rights in local_stack.nats_users: who may do what is said once.\n"
_USERS = {"project": project_user, "program": program_user, "gateway": gateway_user, "operator": operator_user}
_VARIABLE = "variable:"


def document(readers: Sequence[str] = ()) -> str:
    """The accounts as nats-server reads them, with one for each of these readers. Raises ValueError for a name that is none."""
    users = [make(f"{_VARIABLE}NATS_{name.upper()}_PASSWORD") for name, make in _USERS.items()]
    users += [reader_user(name, _VARIABLE + password_variable(name)) for name in readers]
    return HEAD + f"accounts: {_rendered(users)}\n"


def password_variable(reader: str) -> str:
    """The variable of the server's environment that holds a reader's password."""
    if not re.fullmatch(r"[a-z][a-z0-9-]*", reader) or reader in {*_USERS, SERVICES.lower()}:
        raise ValueError(
            f"not the name of a reader: {reader} (a letter, then letters, digits and hyphens, and no service)"
        )
    return f"NATS_READER_{reader.replace('-', '_').upper()}_PASSWORD"


def _rendered(users: list[User]) -> str:
    text = json.dumps(accounts_of(users), indent=2)
    for user in users:
        text = text.replace(json.dumps(user.password), "$" + user.password.removeprefix(_VARIABLE))
    return text


if __name__ == "__main__":
    told = argparse.ArgumentParser(prog="python -m deploy.nats_accounts", description=__doc__)
    told.add_argument("--reader", action="append", default=[], help="the name of a reader of one organisation's events")
    try:
        print(document(told.parse_args().reader), end="")
    except ValueError as error:
        told.error(str(error))
