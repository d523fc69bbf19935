import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from local_stack.errors import StackError
from local_stack.processes import Child, describe_exit, end_processes, marked_with, stop_all

pytestmark = pytest.mark.slow

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)

PARENT = """
import sys, time
from pathlib import Path
from local_stack.processes import Child
folder = Path(sys.argv[1])
Child("it", [sys.executable, "-c", "import time; time.sleep(60)"], folder, folder / "log").start()
print("started", flush=True)
time.sleep(60)
"""


def child(folder: Path, program: str = "import time; time.sleep(60)") -> Child:
    return Child("it", [sys.executable, "-c", program], folder, folder / "it.log")


def test_a_child_that_does_not_listen_is_killed(tmp_path):
    deaf = child(tmp_path, STUBBORN)
    deaf.start()
    deaf.wait_until(lambda: "deaf" in deaf.log.read_text(), 10)
    started = time.monotonic()
    deaf.stop(timeout=0.2)
    assert deaf.exit_code == -signal.SIGKILL
    assert time.monotonic() - started < 5


def test_a_child_lets_others_go_first_as_far_as_it_is_told(tmp_path):
    one = Child("it", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path, tmp_path / "log", niceness=5)
    one.start()
    assert psutil.Process(one.pid).nice() - psutil.Process().nice() == 5
    one.kill()


def test_many_are_ended_at_once(tmp_path):
    children = [child(tmp_path) for _ in range(3)]
    for one in children:
        one.start()
    stop_all(children, timeout=10)
    assert [one.exit_code for one in children] == [-signal.SIGTERM] * 3


def test_grandchildren_go_with_their_parent(tmp_path):
    parent = child(
        tmp_path,
        "import subprocess, sys, time\n"
        "grandchild = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print(grandchild.pid, flush=True)\n"
        "time.sleep(60)",
    )
    parent.start()
    parent.wait_until(lambda: "\n" in parent.log.read_text(), 10)
    grandchild = psutil.Process(int(parent.log.read_text()))
    parent.kill()
    _, alive = psutil.wait_procs([grandchild], timeout=5)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def test_waiting_for_a_child_that_dies_tells_its_last_words(tmp_path):
    doomed = child(tmp_path, "import sys; sys.exit('the disk is full')")
    doomed.start()
    with pytest.raises(StackError, match=r"it exited with 1\. It last said: the disk is full"):
        doomed.wait_until(lambda: False, 10)


def test_waiting_ends_at_the_timeout(tmp_path):
    slow = child(tmp_path)
    slow.start()
    with pytest.raises(StackError, match="not ready within 0 s"):
        slow.wait_until(lambda: False, 0.1)
    slow.kill()


def test_a_command_that_fails_is_an_error(tmp_path):
    failing = child(tmp_path, "raise SystemExit(3)")
    failing.start()
    with pytest.raises(StackError, match="exited with 3"):
        failing.wait_for_success(10)


def test_a_command_that_succeeds_is_none(tmp_path):
    succeeding = child(tmp_path, "pass")
    succeeding.start()
    succeeding.wait_for_success(10)
    assert succeeding.exit_code == 0


def test_an_exit_is_told_in_words():
    assert describe_exit(-9) == "was ended by SIGKILL"
    assert describe_exit(2) == "exited with 2"


def test_leftovers_of_a_folder_are_found_by_their_mark_and_ended(tmp_path):
    ours, others = child(tmp_path), child(Path("/"), "import time; time.sleep(60)")
    others.log = tmp_path / "others.log"
    ours.start()
    others.start()
    assert [process.pid for process in marked_with(tmp_path)] == [ours.pid]
    end_processes(marked_with(tmp_path), signal.SIGTERM, timeout=5)
    assert not ours.is_running
    assert others.is_running
    others.kill()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_outlives_a_parent_that_was_killed(tmp_path):
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout.readline() == "started\n"
        orphans = marked_with(tmp_path)
        parent.kill()
    assert len(orphans) == 1
    gone, _ = psutil.wait_procs(orphans, timeout=5)
    assert gone
