"""Routes that take a file."""

from chassis.unit_of_work import TransactionRoute

MAX_UPLOAD = 64 * 1024 * 1024
"""Bytes of a body with a file."""


class UploadRoute(TransactionRoute):
    """A route whose body may be larger than the usual one (`chassis.app.MAX_BODY`); its path has no parameters."""

    most_bytes = MAX_UPLOAD
