"""How large a plan may be: what is computed in seconds, and in less than a gigabyte."""

from planning.errors import TooLarge

MOST_TASKS = 1_000_000
MOST_LINKS = 5_000_000


def check_size(tasks: int, links: int) -> None:
    """Raises TooLarge."""
    if tasks > MOST_TASKS or links > MOST_LINKS:
        raise TooLarge(tasks, links)
