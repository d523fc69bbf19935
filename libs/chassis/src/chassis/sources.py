"""Of what a picture can be made anew."""

from enum import StrEnum


class Source(StrEnum):
    """What a picture is made of."""

    SNAPSHOTS = "snapshots"
    """What the owner knows now."""
    STREAM = "stream"
    """What the stream still has; of a boundary that began before that, the snapshot."""
