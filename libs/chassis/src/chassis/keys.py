"""The keys that a process is told of: whose tokens it believes, and what it signs itself."""

import sys
from pathlib import Path

from chassis.identity import Signer, Verifier
from chassis.peer import Peer
from chassis.settings import PREFIX, ServiceSettings
from contracts.subjects import Stream
from contracts.tokens import PROGRAM_SERVICE, PROJECT_SERVICE


def verifier(settings: ServiceSettings, audience: str) -> Verifier:
    """The verifier of internal tokens; on a key that cannot be read, one line that names the variable, and exit code 2."""
    known = settings.auth_reader_keys_file
    readers = b"" if known is None else read_key(known, "READER_KEYS")
    try:
        return Verifier.from_pem(read_key(settings.auth_public_key_file, "PUBLIC_KEY"), audience, readers)
    except ValueError as error:
        raise unreadable("PUBLIC_KEY", error) from None


def read_key(path: Path, which: str) -> bytes:
    """The content of the file that the setting `INTERLOCK_AUTH_<which>_FILE` names; ends the process if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(which, error) from None


def unreadable(which: str, error: Exception) -> SystemExit:
    """Says on standard error which setting names a key that is none, and ends the process with exit code 2."""
    sys.stderr.write(f"settings: {PREFIX}AUTH_{which}_FILE: {error}\n")
    return SystemExit(2)


def owner_of(stream: Stream, settings: ServiceSettings, ourselves: str) -> Peer | None:
    """The service that writes the stream, to be asked for snapshots; None if we were not told where it is, or have no key."""
    url = settings.project_url if stream is Stream.PROJECT else settings.program_url
    if url is None or settings.auth_private_key_file is None:
        return None
    audience = PROJECT_SERVICE if stream is Stream.PROJECT else PROGRAM_SERVICE
    try:
        signer = Signer.from_pem(read_key(settings.auth_private_key_file, "PRIVATE_KEY"), f"interlock-{ourselves}")
    except ValueError as error:
        raise unreadable("PRIVATE_KEY", error) from None
    return Peer(url, audience, ourselves, signer)
