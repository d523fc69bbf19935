"""`python -m local_stack load FILE`: a program file goes in through the public API alone.

A repeated load repeats nothing: each request carries an `Idempotency-Key` made of what it writes, which the services keep for a day.
So a load that was interrupted, or refused at one record, goes on where it stopped.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import httpx
from rich.console import Console
from rich.table import Table

from local_stack.program_api import Api
from local_stack.program_document import Document, read_document
from local_stack.program_file import ProgramFile
from local_stack.program_load import AT_ONCE, Loaded, ProgramLoad, steps_of
from local_stack.progress import LoadProgress, Meter

REQUEST_TIMEOUT = 60.0


def load_file(file: Path, *, url: str, token: str, console: Console) -> Loaded:
    """Load a program file into the stack at `url`, show how far it is and, at the end, what it held.

    Raises BadProgramFile before anything is written, and StackError with the line of the record that the API refused.
    """
    document = read_document(file)
    with LoadProgress(console, steps_of(document.program)) as meter:
        loaded = asyncio.run(load_document(document, url=url, token=token, meter=meter))
    console.print(summary(document.program, loaded))
    return loaded


async def load_document(document: Document, *, url: str, token: str, meter: Meter) -> Loaded:
    """Load a program that was read. Raises StackError with the line of the record that the API refused."""
    headers = {"Authorization": f"Bearer {token}"}
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=REQUEST_TIMEOUT, limits=limits) as http:
        return await ProgramLoad(document, Api(http), meter).run()


def summary(program: ProgramFile, loaded: Mapping[str, int]) -> Table:
    """What was loaded, one line for each kind of record."""
    table = Table(title=f"{program.program.key} · {program.program.name}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for kind, count in loaded.items():
        table.add_row(kind, str(count))
    return table
