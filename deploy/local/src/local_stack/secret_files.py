"""What the processes of one stack know of each other and nobody else does: made once, kept in files for the owner's eyes."""

import base64
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat


class SecretFiles:
    """The secrets in `folder`, each in a file of mode 0600, made when first asked for and the same ever after."""

    def __init__(self, folder: Path) -> None:
        self._folder: Final = folder

    def password(self, name: str) -> str:
        """Return the password called `name`: 64 hex digits, which need no quoting anywhere."""
        path = self._folder / f"{name}-password"
        if not path.exists():
            write_private(path, secrets.token_hex(32))
        return path.read_text()

    def key_pair(self, name: str = "auth") -> tuple[Path, Path]:
        """Return the PEM files of the Ed25519 key pair called `name`: private, public. `auth` signs what the gateway asks for others."""
        private, public = self._folder / f"{name}-private.pem", self._folder / f"{name}-public.pem"
        if not (private.exists() and public.exists()):
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            write_private(private, pem.decode())
            pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            write_private(public, pem.decode())
        return private, public

    def sealing_keys(self) -> Path:
        """Return the file of the keys that seal what is stored but must not be read by others: one now, 32 bytes in URL-safe base64."""
        path = self._folder / "webhook-keys"
        if not path.exists():
            write_private(path, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode() + "\n")
        return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read. It is there whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
