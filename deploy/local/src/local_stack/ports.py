"""TCP ports on the loopback interface."""

import random
import socket

HOST = "127.0.0.1"

# Below the ranges from which Linux (32768…) and macOS (49152…) choose the ports of outgoing connections: a client that
# tries again while a server is down could otherwise be given the server's own port and end up connected to itself.
_RANGE = range(15_000, 32_000)


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
    """Return a random port that nobody listens on. Another process may still take it before the caller does."""
    candidates = random.SystemRandom().sample(_RANGE, 100)
    return next(port for port in candidates if is_free(port))
