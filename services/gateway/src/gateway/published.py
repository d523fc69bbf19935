"""Documents and assets that everybody may have: kept as they are sent, packed once, so that a stranger who asks again costs nothing."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from fastapi import Request, Response

from chassis.etag import matches
from gateway.compression import LEVEL, accepts_gzip

PUBLIC = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class Published:
    """A content, plain and packed, and what tells it from others."""

    plain: bytes
    packed: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> "Published":
        """A content, packed now: tens of milliseconds for the largest."""
        return cls(content, gzip.compress(content, LEVEL, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:32]}"')


def answering(
    read: Callable[[], bytes], media_type: str, cache_control: str | None = None
) -> Callable[[Request], Response]:
    """Answers requests with what `read` gives, which is asked once: packed for who takes that, 304 for who has it."""

    @cache
    def published() -> Published:
        return Published.of(read())

    def answer(request: Request) -> Response:
        content = published()
        headers = {"ETag": content.etag, "Vary": "Accept-Encoding"}
        if cache_control is not None:
            headers["Cache-Control"] = cache_control
        seen = request.headers.get("if-none-match")
        if seen is not None and matches(seen, content.etag):
            return Response(status_code=304, headers=headers)
        if not accepts_gzip(request.scope):
            return Response(content.plain, media_type=media_type, headers=headers)
        packed = {**headers, "ETag": f"W/{content.etag}", "Content-Encoding": "gzip"}
        return Response(content.packed, media_type=media_type, headers=packed)

    return answer
