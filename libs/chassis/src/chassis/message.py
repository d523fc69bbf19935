"""What goes over NATS."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """A NATS message, exactly as sent or received. Header values are printable ASCII."""

    subject: str
    headers: Mapping[str, str]
    payload: bytes
