"""TCP ports on the loopback interface."""

import os
import random
import socket

HOST = "127.0.0.1"

# Below the ranges from which Linux (32768…) and macOS (49152…) choose the ports of outgoing connections: a client that
# tries again while a server is down could otherwise be given the server's own port and end up connected to itself.
_FIRST, _PARTS, _PART = 15_000, 17, 1_000
_GIVEN: set[int] = set()


def is_free(port: int) -> bool:
    """Say whether a server could listen on 127.0.0.1:`port` right now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a random port that nobody listens on, and that this process was not given before.

    Another process may still take it before the caller does. That they do not choose the same one, each process chooses in a part of its own.
    """
    first = _FIRST + os.getpid() % _PARTS * _PART
    left = set(range(first, first + _PART)) - _GIVEN
    if not left:
        raise OSError("this process was given every port of its part")
    candidates = random.SystemRandom().sample(sorted(left), min(100, len(left)))
    port = next(port for port in candidates if is_free(port))
    _GIVEN.add(port)
    return port
