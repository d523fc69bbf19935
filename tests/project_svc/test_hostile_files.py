"""Uploads that are no files as they should be: refused with a problem, or taken as a job that says what is wrong; never an error of ours."""

import gzip
import io
import zipfile

import pytest

from chassis.json_limits import DEEPEST

EDGE = b"----edge"
HEAD = b'Content-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
FILE = (
    b'Content-Disposition: form-data; name="file"; filename="plan.xml"\r\nContent-Type: text/xml\r\n\r\n<Project/>\r\n'
)


def parts(*each: bytes) -> bytes:
    return b"".join(b"--" + EDGE + b"\r\n" + part for part in each) + b"--" + EDGE + b"--\r\n"


def field(name: bytes, value: bytes) -> bytes:
    return HEAD % (name, value)


BODIES = {
    "nothing": b"",
    "no end": b"--" + EDGE + b"\r\n" + FILE,
    "no file": parts(field(b"key", b"A")),
    "a file that is a field": parts(field(b"file", b"<Project/>")),
    "many fields": parts(*[field(b"key", b"A")] * 2000, FILE),
    "many files": parts(*[FILE] * 2000),
    "a large field": parts(field(b"name", b"x" * 2_000_000), FILE),
    "a large head": b"--"
    + EDGE
    + b'\r\nContent-Disposition: form-data; name="'
    + b"x" * 200_000
    + b'"\r\n\r\n\r\n--'
    + EDGE
    + b"--",
    "heads without end": b"--" + EDGE + b"\r\n" + b"X: y\r\n" * 20_000,
    "no name": parts(b"Content-Disposition: form-data\r\n\r\nx\r\n", FILE),
    "a zero in a field": parts(field(b"name", b"a\0b"), FILE),
    "something else": b"\x00\x01\x02" * 1000,
}
KINDS = {
    "no boundary": "multipart/form-data",
    "an empty boundary": "multipart/form-data; boundary=",
    "another boundary": "multipart/form-data; boundary=other",
    "a boundary that is no text": "multipart/form-data; boundary=\xff",
    "a long boundary": "multipart/form-data; boundary=" + "x" * 5000,
    "json": "application/json",
    "a form": "application/x-www-form-urlencoded",
    "nothing": "",
}


async def status_of(api, body: bytes, kind: str) -> int:
    headers = {"content-type": kind.encode("latin-1")}
    answer = await api.request("POST", "/imports", content=body, headers=headers)
    assert answer.headers["content-type"] in {"application/json", "application/problem+json"}, answer.text
    assert "Traceback" not in answer.text
    return answer.status_code


# Of a file without an end Starlette leaves the beginning to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
async def test_a_form_that_is_broken_or_too_full_is_refused(api, body):
    assert await status_of(api, body, f"multipart/form-data; boundary={EDGE.decode()}") in {400, 413, 422}


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
async def test_a_form_that_does_not_say_where_its_parts_end_is_refused(api, kind):
    assert await status_of(api, parts(FILE), kind) in {400, 415, 422}


def zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("plan.xml", content)
    return held.getvalue()


FILES = {
    "deep": ("json", b"[" * 100_000),
    "deep and whole": ("json", b'{"a":' * (DEEPEST * 50) + b"1" + b"}" * (DEEPEST * 50)),
    "wide": ("json", b"[" + b"0," * 300_000 + b"0]"),
    "a large number": ("json", b'{"tasks": ' + b"9" * 5000 + b"}"),
    "a bomb": ("mspdi", gzip.compress(b"<Project>" + b" " * 50_000_000)),
    "a zipped bomb": ("mspdi", zipped(b"<Project>" + b" " * 50_000_000)),
    "entities": ("mspdi", b'<!DOCTYPE P [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Project>&b;</Project>'),
    "an entity elsewhere": (
        "mspdi",
        b'<!DOCTYPE P [<!ENTITY a SYSTEM "file:///etc/passwd">]><Project><Name>&a;</Name></Project>',
    ),
    "one long cell": ("csv", b"name\n" + b"x" * 3_000_000),
    "many columns": ("csv", b"a," * 200_000 + b"a\n"),
    "a quote without end": ("csv", b'name,duration\n"A,P1D\n' * 10_000),
    "zeros": ("xer", b"\0" * 100_000),
    "no text": ("xer", b"\xff\xfe" * 10_000),
}


@pytest.mark.parametrize(("form", "content"), FILES.values(), ids=FILES.keys())
async def test_a_file_that_is_no_plan_fails_with_a_problem_that_says_so(api, work, form, content):
    sent = await api.request(
        "POST", "/imports", data={"form": form, "key": "HOSTILE", "currency": "EUR"}, files={"file": ("plan", content)}
    )
    if sent.status_code == 202:
        await work(api.organization_id)
        job = await api.get(f"/jobs/{sent.json()['id']}")
        assert job["state"] == "failed", job
        problem = job["problem"]
    else:
        problem = sent.json()
    assert problem["status"] in {400, 409, 413, 422}, problem
    assert "/etc" not in str(problem)
