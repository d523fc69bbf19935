import stat

import pytest

from local_stack.errors import StackError
from local_stack.home import Home
from local_stack.secret_files import SecretFiles, write_private


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_home_belongs_to_one_run(tmp_path):
    with (
        Home(tmp_path).claimed(),
        pytest.raises(StackError, match="already running on"),
        Home(tmp_path).claimed(),
    ):
        pytest.fail("two runs on one home")


def test_a_home_is_free_after_its_run(tmp_path):
    for _ in range(2):
        with Home(tmp_path).claimed():
            assert (tmp_path / "logs").is_dir()


def test_a_path_that_is_a_file_is_no_home(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StackError, match=r"cannot use .*file as data folder: File exists"),
        Home(tmp_path / "file").claimed(),
    ):
        pytest.fail("a file taken for a folder")


def test_reset_removes_what_the_stack_keeps_and_nothing_else(tmp_path):
    home = Home(tmp_path / "home")
    with home.claimed():
        pass
    write_private(home.token, "secret")
    (home.path / "mine").touch()
    assert home.remove()
    assert [path.name for path in home.path.iterdir()] == ["mine"]
    assert not Home(home.path).remove()


def test_reset_removes_the_folder_when_it_is_empty(tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "lock").touch()
    assert Home(tmp_path / "home").remove()
    assert not (tmp_path / "home").exists()


def test_reset_refuses_while_a_stack_runs(tmp_path):
    home = Home(tmp_path / "home")
    with home.claimed(), pytest.raises(StackError, match="already running"):
        Home(home.path).remove()
    assert home.logs.exists()


def test_secrets_are_made_once_for_the_owner_alone(tmp_path):
    secrets = SecretFiles(tmp_path)
    password = secrets.password("clerk")
    private, public = secrets.key_pair()
    keys = private.read_bytes(), public.read_bytes()
    again = SecretFiles(tmp_path)
    assert again.password("clerk") == password
    assert again.key_pair() == (private, public)
    assert (private.read_bytes(), public.read_bytes()) == keys
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}
