"""What any service of this kind pays at its start: FastAPI, uvicorn, SQLModel, asyncpg, NATS and so many small routes; `python -m bench.start.bare PORT`."""

import sys

import asyncpg
import nats
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

ROUTES = 130
"""As many as project-svc has."""

NEEDED = (asyncpg, nats, create_async_engine, SQLModel)
"""Imported as by any service with a database and a message bus."""


class Ready(BaseModel):
    status: str


def application() -> FastAPI:
    """The application: `/health/ready` and routes that take and answer a shape."""
    app = FastAPI(openapi_url=None)

    @app.get("/health/ready")
    async def ready() -> Ready:
        return Ready(status="ok")

    for number in range(ROUTES):

        async def change(name: str, body: Ready) -> Ready:  # noqa: ARG001
            return body

        app.post(f"/records{number}/{{name}}")(change)
    return app


if __name__ == "__main__":
    uvicorn.run(application(), port=int(sys.argv[1]), log_config=None, loop="uvloop", http="httptools")
