"""What webhooks need besides the database: the seal of their secrets, and the guard of their addresses."""

from dataclasses import dataclass

from chassis.problem import Unavailable
from chassis.settings import PREFIX
from gateway.settings import WebhookSettings
from gateway.webhooks.address import AddressGuard
from gateway.webhooks.secrets import Seal


@dataclass(frozen=True, slots=True)
class Tools:
    """Both."""

    seal: Seal
    guard: AddressGuard


@dataclass(frozen=True, slots=True)
class Webhooks:
    """`runtime.webhooks`."""

    found: Tools | None

    @property
    def tools(self) -> Tools:
        """The tools. Raises Unavailable in a gateway that was given no key."""
        if self.found is None:
            raise Unavailable("This gateway was given no key for webhook secrets.")
        return self.found


def tools_of(settings: WebhookSettings) -> Webhooks:
    """The tools as the settings say; on a key file that cannot be read, one line that names the variable, and the process ends."""
    if settings.webhook_key_file is None:
        return Webhooks(None)
    try:
        seal = Seal.from_file(settings.webhook_key_file)
    except (OSError, ValueError) as error:
        raise SystemExit(f"settings: {PREFIX}WEBHOOK_KEY_FILE: {error}") from None
    return Webhooks(Tools(seal, AddressGuard(settings.webhook_networks)))
