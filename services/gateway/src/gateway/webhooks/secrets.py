"""Webhook secrets: made here, shown once, and sealed wherever they are kept. Unlike a token's, their text is needed again: to sign."""

import base64
import secrets
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from standardwebhooks import Webhook

SECRET_BYTES = 32


class SealBroken(Exception):
    """A secret was sealed with a key that is not in the key file."""


def new_secret() -> str:
    """A fresh secret as Standard Webhooks writes it: `whsec_` and 256 random bits in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class Seal:
    """Encrypts and authenticates (Fernet). The first key seals, every key opens, so that keys can be replaced one by one."""

    def __init__(self, keys: list[bytes]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Keys from a file, one a line, the current one first: 32 bytes in URL-safe base64. Raises OSError, ValueError."""
        keys = path.read_bytes().split()
        if not keys:
            raise ValueError("the file holds no key")
        return cls(keys)

    def close(self, secret: str) -> bytes:
        """The secret as it may be kept."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret. Raises SealBroken."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise SealBroken("the key that sealed this secret is not in the key file") from error


def signed(event_id: str, at: datetime, document: bytes, opened: list[str]) -> dict[str, str]:
    """The headers of a delivery at this instant (UTC, since the library takes the clock's face for UTC): one signature a secret."""
    text = document.decode()
    signatures = [Webhook(secret).sign(event_id, at, text) for secret in opened]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
