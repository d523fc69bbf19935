"""The bus's accounts for Kubernetes, from the rights that the local stack gives: `python -m deploy.nats_accounts` prints the file.

A password is a variable of the server's environment, which the server itself fills in.
"""

import json

from local_stack.nats_accounts import accounts_of
from local_stack.nats_users import User, gateway_user, operator_user, program_user, project_user

HEAD = "# Written by `make generate` from the rights in local_stack.nats_users: who may do what is said once.\n"
_VARIABLE = "variable:"


def document() -> str:
    """The accounts as nats-server reads them."""
    users = [
        make(f"{_VARIABLE}{name}")
        for name, make in (
            ("NATS_PROJECT_PASSWORD", project_user),
            ("NATS_PROGRAM_PASSWORD", program_user),
            ("NATS_GATEWAY_PASSWORD", gateway_user),
            ("NATS_OPERATOR_PASSWORD", operator_user),
        )
    ]
    return HEAD + f"accounts: {_rendered(users)}\n"


def _rendered(users: list[User]) -> str:
    text = json.dumps(accounts_of(users), indent=2)
    for user in users:
        text = text.replace(json.dumps(user.password), "$" + user.password.removeprefix(_VARIABLE))
    return text


if __name__ == "__main__":
    print(document(), end="")
