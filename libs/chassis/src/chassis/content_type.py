"""What a request says that its body is: JSON, for a route that takes JSON."""

from fastapi import Request
from fastapi.params import Form
from fastapi.routing import APIRoute

from chassis.problem import UnsupportedMediaType


def takes_json(route: APIRoute) -> bool:
    """Whether the route has a body that is JSON; one with a file, or that is read by hand, has not."""
    return route.body_field is not None and not isinstance(route.body_field.field_info, Form)


def check_json(request: Request) -> None:
    """Raise UnsupportedMediaType for a body that does not say that it is JSON. There may be none."""
    headers = request.headers
    if "transfer-encoding" not in headers and headers.get("content-length", "0") == "0":
        return
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    main, _, sub = kind.partition("/")
    if main != "application" or not (sub == "json" or sub.endswith("+json")):
        raise UnsupportedMediaType(f"Send the body as `application/json`, not as `{kind or 'nothing'}`.")
