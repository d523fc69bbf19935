"""The look through the logs sees what it is for; that nothing is there is asked at the end of every run and of every stack."""

import pytest
from secrets_kit import said, secrets_of

TOKEN = "ilk_" + "a1B2" * 11


@pytest.mark.parametrize(
    "line",
    [
        f"event='request' path='/v1/projects?access_token={TOKEN}'",
        '{"headers": {"authorization": "Bearer abcdefghijkl"}}',
        "Authorization: Basic YWRtaW46c2VjcmV0",
        "cannot connect to postgresql://gateway_app:correct-horse@localhost/gateway",
        "token eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJtZW1iZXJzLzEifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg",
        "secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "-----BEGIN PRIVATE KEY-----",
        "invited with ili_" + "x" * 43,
    ],
)
def test_a_secret_in_a_log_is_found(tmp_path, line):
    log = tmp_path / "gateway.log"
    log.write_text(f"ready\n{line}\n")
    (found,) = said([log])
    assert found.startswith("gateway.log:2 says ")
    assert line not in found


def test_a_secret_without_a_shape_is_found_by_what_it_is(tmp_path):
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "gateway_app").write_text("correct-horse-battery\n")
    (tmp_path / "gateway.log").write_text("password=correct-horse-battery\n")
    assert list(said([tmp_path / "gateway.log"], secrets_of(tmp_path))) == ["gateway.log:1 says a secret of the stack"]


def test_what_is_no_secret_is_not(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "401 for Authorization: Bearer\nissued api-tokens/0198c3f0-6a1e-7c4b-9a55-3f0c2b8d1e77\nnats://127.0.0.1:4222\n"
    )
    assert list(said([log])) == []
