import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

import pytest

from local_stack.errors import StackError
from local_stack.holdings import describe_holdings

RECORDS = {
    "/v1/programs": [{"key": "MOON", "name": "To the moon"}],
    "/v1/projects": [{"key": f"P{number}", "name": "One of them"} for number in range(3)],
    "/v1/goals": [],
}


class Api(BaseHTTPRequestHandler):
    """A stranger that pages by two."""

    def do_GET(self) -> None:
        url = urlparse(self.path)
        first = int(parse_qs(url.query).get("cursor", ["0"])[0])
        items = RECORDS[url.path][first : first + 2]
        more = first + 2 < len(RECORDS[url.path])
        known = self.headers["Authorization"] == "Bearer right"
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps({"items": items, "next": str(first + 2) if more else None}).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_everything_is_counted_page_after_page(url):
    assert describe_holdings(url, "right") == ["It holds 1 program, 3 projects, 0 goals", "  MOON: To the moon"]


def test_an_api_that_refuses_is_one_clear_error(url):
    with pytest.raises(StackError, match=r"does not say what it holds: .*401"):
        describe_holdings(url, "wrong")
