"""What the converter's process ends with, for the process that waits for it."""

UNREADABLE, MISSING, NOT_ISOLATED, CUT_OFF = 10, 11, 12, 13
OUT_OF_MEMORY = 3
"""Java's own, by -XX:+ExitOnOutOfMemoryError."""
