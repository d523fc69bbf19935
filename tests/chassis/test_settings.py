import pytest

from chassis.settings import ServiceSettings, load


@pytest.fixture
def environment(monkeypatch, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("")
    values = {
        "INTERLOCK_DATABASE_URL": "postgresql://a@/b",
        "INTERLOCK_NATS_URL": "nats://127.0.0.1:1",
        "INTERLOCK_AUTH_PUBLIC_KEY_FILE": str(key),
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_come_from_the_environment(environment):
    environment.setenv("INTERLOCK_PORT", "9")
    settings = load(ServiceSettings)
    assert (settings.port, settings.database_url) == (9, "postgresql://a@/b")


def test_a_secret_may_be_a_file(environment, tmp_path):
    environment.delenv("INTERLOCK_DATABASE_URL")
    (tmp_path / "interlock_database_url").write_text("postgresql://from-a-file/x\n")
    environment.setenv("INTERLOCK_SECRETS_DIR", str(tmp_path))
    assert load(ServiceSettings).database_url == "postgresql://from-a-file/x"


@pytest.mark.parametrize(
    ("name", "value"),
    [("INTERLOCK_DATABASE_URL", None), ("INTERLOCK_PORT", "seventy"), ("INTERLOCK_LOG_LEVEL", "loud")],
)
def test_a_missing_or_malformed_setting_is_named_in_one_line(environment, capsys, name, value):
    if value is None:
        environment.delenv(name)
    else:
        environment.setenv(name, value)
    with pytest.raises(SystemExit) as stopped:
        load(ServiceSettings)
    assert stopped.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert name in line
