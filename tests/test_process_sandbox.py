"""What only a sandbox that is a local process must do: start wherever it can, and say where it cannot."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from textwrap import dedent

import pytest

from deepcoder.datasets.selection import Selection
from deepcoder.judge import judge
from deepcoder.runner import syscalls
from deepcoder.runner.program import KERNEL
from deepcoder.sandbox import Sandbox, SandboxConfig, SandboxError, SandboxUnavailable, process, start
from deepcoder.sandbox.process import start_process
from deepcoder.tools.records import Record
from deepcoder.verdicts import Submission
from tests.another_user import PATH, REPOSITORY, UID, python_of_another_user
from tests.pool_cases import ADD_ONE, RIGHT
from tests.test_sandbox import (
    TAKE_NAME,
    assert_works,
    printed,
    processes_named,
    run,
    stdin_task,
    until,
)

pytestmark = pytest.mark.sandbox

UNPRIVILEGED = """
import os, sys
sys.path[:0] = {path!r}
from deepcoder.problems import Limits, Mode
from deepcoder.wire.messages import Task
from deepcoder.sandbox import SandboxConfig, start
assert os.getuid() == {uid}
sandbox = start(SandboxConfig({kind!r}))
def run(source, given=b"", **limits):
    chosen = Limits(**{{"cpu_s": 20, "memory_bytes": 256 << 20, "processes": 32, **limits}})
    (outcome,) = sandbox.outcomes(Task(source, Mode.STDIN, chosen), [given])
    return outcome
def check(outcome, ended, output=b""):
    assert (outcome.ended.value, outcome.output) == (ended, output), outcome
"""

BASIC_CHECKS = """
assert not sandbox.hello["own_uids"]
check(run("print(int(input()) + 1)", b"41"), "exited", b"42\\n")
check(run("while True: pass", cpu_s=0.3), "time_limit")
check(run("import time; time.sleep(100)", wall_s=0.4), "time_limit")
check(run("x = bytearray(b'x') * (1 << 28)", memory_bytes=64 << 20), "memory_limit")
check(run("print('x' * 100)", output_bytes=50), "output_limit")
check(run("import os\\nfor _ in range(100): os.fork() or os.kill(os.getpid(), 19)", processes=8), "exited")
check(run("import os; print(os.path.exists(HIDDEN), os.listdir('.'))"), "exited", b"False []\\n")
check(run("import os\\nos.mkdir('d'); open('d/f', 'w'); os.chmod('d', 0)"), "exited")
daemon = "import os, time\\nif os.fork() == 0:\\n  os.setsid()\\n  if os.fork() == 0: time.sleep(1000)\\n  os._exit(0)"
check(run(daemon), "exited")
count = "import os; print(os.listdir('.'), len([p for p in os.listdir('/proc') if p.isdigit()]))"
check(run(count), "exited", b"[] 3\\n")
capabilities = "print([l.split()[1].strip('0') for l in open('/proc/self/status') if l.startswith('CapEff')])"
check(run(capabilities), "exited", b"['']\\n")
for name in ("mem", "environ"):
    source = "import os\\nfor p in os.listdir('/proc'):\\n  if p.isdigit() and int(p) != os.getpid():\\n" \\
        "    try: print(len(open(f'/proc/{p}/NAME', 'rb').read(1)), p)\\n    except OSError: pass"
    check(run(source.replace("NAME", name)), "exited")
no_network = "import socket\\ntry:\\n  socket.socket()\\nexcept OSError as error:\\n  print(error.errno)"
check(run(no_network), "exited", b"97\\n")
check(run("import os; os.mkdir('/tmp/d'); open('/tmp/d/f', 'w').write('x' * 5000)"), "exited")
strange = run("open('/tmp/left', 'w')")
assert [each.value for each in strange.signs] == ["wrote outside its folder"], strange
check(run("import os; print(set(os.listdir('/tmp')) == {os.path.basename(os.getcwd()), 'shm'})"), "exited", b"True\\n")
lock = "import multiprocessing as m; q = m.Queue(); q.put(m.Lock().acquire()); print(q.get())"
check(run(lock), "exited", b"True\\n")
task = Task("def solve(x): return x + 1", Mode.FUNCTION, Limits(), "solve")
(outcome,) = sandbox.outcomes(task, [b"[[1], {}]"])
assert outcome.output == b"2", outcome
"""


def assert_holds_for_another_user(checks: str, *before: str, kind: str = "process") -> None:
    """The checks pass in the sandbox of a user who is not root, started by `before` and that command."""
    script = UNPRIVILEGED.format(path=PATH, uid=UID, kind=kind) + checks + "sandbox.close()"

    done = python_of_another_user("-c", script, before=before)

    assert done.returncode == 0, done.stderr[-2000:]


def among_mounts(script: str) -> tuple[str, ...]:
    """Start a command where these mounts are."""
    return "unshare", "--mount", "sh", "-ec", f'{script}\nexec "$@"', "sh"


def test_process_sandbox_of_an_unprivileged_user_passes_the_basic_checks() -> None:
    assert_holds_for_another_user(BASIC_CHECKS.replace("HIDDEN", repr(str(REPOSITORY))))


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts for others")
def test_mount_below_a_shown_folder_is_hidden_and_keeps_no_user_from_a_sandbox() -> None:
    """As an engine mounts a GPU's libraries below /usr: a user namespace may not leave such mounts out."""
    mounts = """
        mount -t tmpfs none /usr/local/games
        mkdir "/usr/local/games/two words"
        mount -t tmpfs none "/usr/local/games/two words"
        mount --bind /etc/passwd /usr/lib/os-release
    """
    look = "import os; print(os.listdir('/usr/local/games'), open('/usr/lib/os-release').read())"

    assert_holds_for_another_user(f'check(run({look!r}), "exited", b"[] \\n")\n', *among_mounts(mounts))


def test_folder_of_the_owner_with_the_name_of_a_library_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("py", "sortedcontainers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.txt").touch()
    (tmp_path / "sortedcontainers" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    for name in ("py", "sortedcontainers"):  # what is loaded is not looked for
        monkeypatch.delitem(sys.modules, name, raising=False)

    with closing(start_process()) as sandbox:
        found = printed(run(sandbox, "import os; print([w[0] for w in os.walk('/library') if 'secret.txt' in w[2]])"))

    assert found == "[]"


@pytest.mark.parametrize(
    "leave",
    [
        pytest.param("os.chmod('/tmp', 0o555)", id="its room closed"),
        pytest.param("os.rmdir(own); os.chmod('/tmp', 0)", id="an empty room closed"),
        pytest.param("os.rmdir(own); os.symlink('/tmp', own)", id="a link for its folder"),
        pytest.param("os.rmdir(own); os.mkfifo(own)", id="a pipe for its folder"),
        pytest.param("os.rmdir(shm); os.symlink('/usr', shm)", id="a link for shared memory"),
        pytest.param("os.rmdir(shm); open(shm, 'w')", id="a file for shared memory"),
        pytest.param("os.rmdir(own); os.rename(shm, own)", id="shared memory for its folder"),
        pytest.param("os.rename(own, shm + '/own'); os.chmod(shm, 0)", id="its folder in shared memory"),
    ],
)
def test_program_of_the_runners_own_user_leaves_the_next_one_room(leave: str) -> None:
    attack = f"import os; own, shm = os.getcwd(), os.path.realpath('/dev/shm'); {leave}"
    innocent = "for path in ('f', '/dev/shm/f'): open(path, 'w').write('x'); print(open(path).read())"

    assert_holds_for_another_user(f"""
check(run({attack!r}), "exited")
check(run({innocent!r}), "exited", b"x\\nx\\n")
""")


# One that the runner has ready for programs, and that an interpreter seldom brings along: its own are found first.
LIBRARY = "bitarray"


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of libraries that are shown to programs, where LIBRARY can be."""
    (folder / "site-packages").mkdir(parents=True, exist_ok=True)
    monkeypatch.setattr(sys, "path", [*sys.path, f"{folder}/site-packages"])
    monkeypatch.setattr(process, "LIBRARIES", [LIBRARY])
    return folder / "site-packages"


def test_library_that_fails_as_it_is_imported_is_the_programs_own_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As numpy and pandas that do not fit each other."""
    library = installed(tmp_path, monkeypatch) / LIBRARY
    library.mkdir()
    (library / "__init__.py").write_text("raise ValueError('does not fit')")

    with closing(start_process()) as sandbox:
        outcome = run(sandbox, f"try:\n    import {LIBRARY}\nexcept ValueError as error:\n    print(error)")

    assert printed(outcome) == "does not fit"


@pytest.mark.parametrize("is_link", ["a folder above it", "the package", "each of its files"])
def test_library_behind_a_link_is_shown(is_link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where homes are elsewhere, and as uv, Nix and Bazel install."""
    package = tmp_path / "real" / "site-packages" / LIBRARY
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("FOUND = True")
    if is_link == "a folder above it":
        (tmp_path / "link").symlink_to(tmp_path / "real")
        installed(tmp_path / "link", monkeypatch)
    elif is_link == "the package":
        (installed(tmp_path, monkeypatch) / LIBRARY).symlink_to(package)
    else:
        library = installed(tmp_path, monkeypatch) / LIBRARY
        library.mkdir()
        (library / "__init__.py").symlink_to(package / "__init__.py")

    with closing(start_process()) as sandbox:
        found = printed(run(sandbox, f"import {LIBRARY}; print({LIBRARY}.FOUND)"))

    assert found == "True"


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts for others")
def test_mounts_in_a_folder_that_the_user_may_not_enter_keep_him_from_no_sandbox() -> None:
    mounts = """
        mount -t tmpfs none /mnt
        mkdir /mnt/upper /mnt/work
        mount -t overlay -o lowerdir=/usr,upperdir=/mnt/upper,workdir=/mnt/work none /usr
        mkdir -p /usr/closed/within
        mount -t tmpfs none /usr/closed/within
        chmod 0700 /usr/closed
        mount -t tmpfs none /usr/local/games
        mkdir -p /usr/local/games/closed/within
        mount -t tmpfs none /usr/local/games/closed/within
        chmod 0700 /usr/local/games/closed
    """
    look = "import os; print(os.listdir('/usr/local/games'), os.access('/usr/closed', os.R_OK))"

    assert_holds_for_another_user(f'check(run({look!r}), "exited", b"[] False\\n")\n', *among_mounts(mounts))


def test_owner_with_many_open_files_has_a_sandbox() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(2048, hard), hard))
    opened: list[int] = []
    try:
        while not opened or opened[-1] < 1024:  # more than select can name
            opened.append(os.open(os.devnull, os.O_RDONLY))
        with closing(start_process()) as sandbox:
            assert_works(sandbox)
            (outcome,) = sandbox.outcomes(stdin_task("print(len(input()))"), [b"x" * (1 << 20)])
            assert printed(outcome) == "1048576"
    finally:
        for fd in opened:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def started_under(*ulimits: str, memory_bytes: int = 1 << 30) -> str:
    """What comes of a sandbox whose owner is so limited: the error, or what a program prints."""
    script = f"""
import sys; sys.path[:0] = {[str(REPOSITORY), *sys.path]!r}
from deepcoder.sandbox import SandboxConfig, SandboxUnavailable, start
from tests.test_sandbox import printed, run
try:
    sandbox = start(SandboxConfig("process", memory_bytes={memory_bytes}))
    print(printed(run(sandbox, "print('works')")))
    sandbox.close()
except SandboxUnavailable as error:
    print(error)
"""
    limited = [*(f"ulimit {each}" for each in ulimits), 'exec "$@"']
    command = ["bash", "-ec", "\n".join(limited), "bash", sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.stdout.strip() or done.stderr


@pytest.mark.parametrize("ulimit", ["-Hs 8192", "-Hv 2000000", "-Sd 2000000", "-Sf 100000", "-St 60", "-Su 40"])
def test_limit_of_the_owner_by_which_right_programs_fail_is_said(ulimit: str) -> None:
    lower = ulimit.replace("H", "S") if "H" in ulimit else ulimit
    option, value = ulimit.split()

    assert started_under(lower, ulimit).startswith(f"`ulimit {option}` is {value} here, and programs need ")


def test_usual_limits_of_an_owner_are_no_hindrance() -> None:
    assert started_under("-Ss 8192", "-St 900", "-Ht 3600", "-u 4096", "-Sv 4000000", "-Hv 5000000") == "works"
    assert started_under("-Sv 4000000", "-Hv 4000000", memory_bytes=3 << 30).startswith("`ulimit -Hv` is 4000000 here")


# As a container's seccomp profile does: no namespaces for what it starts.
REFUSE_NAMESPACES = f"""
import ctypes, errno, os, sys
sys.path[:0] = [{str(REPOSITORY)!r}]
from deepcoder.runner import syscalls as s
column = s.MACHINES.index(os.uname().machine)
refuse = s._when(s.ENDS["unshare"][column], s._FAIL | errno.EPERM)
code = b"".join([s._step(s._LOAD, s._NUMBER), *refuse, s._step(s._RETURN, s._ALLOW)])
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.syscall(s._SECCOMP[column], 1, 0, ctypes.byref(s._Filter(len(code) // 8, code))) == 0
os.execvp(sys.argv[1], sys.argv[1:])
"""
without_namespaces = pytest.mark.skipif(os.uname().machine not in syscalls.MACHINES, reason="no filter here")


@without_namespaces
def test_owner_that_closes_a_sandbox_without_namespaces_leaves_no_process() -> None:
    source = TAKE_NAME + dedent("""
        if os.fork() == 0:
            os.setsid()
            take_name("dc-apart")
        time.sleep(1000)
    """)
    checks = f"""
import threading
from deepcoder.sandbox import SandboxError
from tests.test_sandbox import processes_named, until
task = Task({source!r}, Mode.STDIN, Limits(wall_s=1000))
threading.Thread(target=lambda: until(lambda: processes_named("dc-apart")) and sandbox.close()).start()
try:
    list(sandbox.outcomes(task, [b""]))
    assert False
except SandboxError:
    pass
"""
    try:
        assert_holds_for_another_user(checks, sys.executable, "-c", REFUSE_NAMESPACES, kind="unisolated")
        assert until(lambda: not processes_named("dc-apart"))
    finally:
        for pid in processes_named("dc-apart"):
            os.kill(pid, signal.SIGKILL)


@without_namespaces
@pytest.mark.parametrize("kind", ["process", "auto"])
def test_no_sandbox_starts_without_isolation_unless_it_is_asked_for(kind: str) -> None:
    script = f"import sys; sys.path[:0] = {PATH!r}; from deepcoder.sandbox import *\n"
    script += f"from deepcoder.sandbox import gvisor; gvisor.RUNSC = 'none'; start(SandboxConfig({kind!r}))"
    no_engine = ("env", "DOCKER_HOST=unix:///nowhere/docker.sock")

    done = python_of_another_user("-c", script, before=(*no_engine, sys.executable, "-c", REFUSE_NAMESPACES))

    last = done.stderr.splitlines()[-1]
    assert "SandboxUnavailable" in last and "this kernel does not allow namespaces" in last
    assert "ask for the sandbox unisolated by name" in last


def test_every_judgement_without_isolation_says_so() -> None:
    submission = Submission(ADD_ONE, RIGHT)
    with closing(start(SandboxConfig("unisolated"))) as unisolated, closing(start_process()) as isolated:
        judgements = [judge(submission, unisolated), judge(submission, isolated)]

    assert [each.isolated for each in judgements] == [False, True]
    records = [Record.of(submission, each, Selection()) for each in judgements]
    assert [Record.from_row(json.loads(each.to_json(index=0))).judgement.isolated for each in records] == [False, True]


MOUNTS = """
mount -t tmpfs none /usr/local
mkdir -p /usr/local/pythons/first
mount -t tmpfs none /usr/local/pythons
mkdir /usr/local/pythons/first
mount --bind /usr /usr/local/pythons/first
"""
START_THERE = """
import os, sys
sys.path[:0] = {path!r}
from deepcoder.sandbox.process import start_process
from tests.test_sandbox import printed, run
sandbox = start_process(python=os.path.realpath("/usr/local/pythons/first/bin/python3"))
assert printed(run(sandbox, "import json; print(json.__file__)")).startswith("/usr/local/pythons/first/lib/")
sandbox.close()
"""


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts for others")
def test_interpreter_in_a_mount_below_a_shown_folder_is_shown() -> None:
    script = START_THERE.format(path=[str(REPOSITORY), *sys.path])

    done = subprocess.run([*among_mounts(MOUNTS), sys.executable, "-c", script], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
    assert_holds_for_another_user(START_THERE.format(path=[]), *among_mounts(MOUNTS))


def test_interpreter_that_programs_could_not_see_is_said() -> None:
    with pytest.raises(SandboxUnavailable, match="covers /tmp/somewhere/bin/python3: start workers with another"):
        start_process(python="/tmp/somewhere/bin/python3")


@pytest.mark.parametrize(("before", "limited"), [((), True), (("setarch", "--uname-2.6"), False)], ids=["new", "old"])
def test_processes_of_the_same_user_outside_do_not_count_for_a_program(before: Sequence[str], limited: bool) -> None:
    """Kernels before 5.14 would count them; there the supervisor alone holds programs to their number."""
    source = "import resource; print(resource.getrlimit(resource.RLIMIT_NPROC)[0] == 32)"
    bomb = "import os\nfor _ in range(40): os.fork() or os.kill(os.getpid(), 19)\nwhile True: pass"

    checks = f"""
check(run({source!r}), "exited", b"{limited}\\n")
if not {limited}:
    check(run({bomb!r}), "killed")
"""
    assert_holds_for_another_user(checks, *before)


@without_namespaces
def test_sandbox_that_does_not_start_without_namespaces_leaves_no_folder() -> None:
    checks = """
import tempfile
from pathlib import Path
from deepcoder.sandbox import SandboxError, owner
from deepcoder.sandbox.backends import ProcessOptions
check(run("import resource; print(resource.getrlimit(resource.RLIMIT_STACK)[0] >> 20)"), "exited", b"1024\\n")
sandbox.close()
try:
    start(SandboxConfig("unisolated", options=ProcessOptions("/nowhere/bin/python3")))
    assert False
except SandboxError:
    pass
assert not list(Path(tempfile.gettempdir()).glob(f"*{owner.name()}*"))
"""
    assert_holds_for_another_user(checks, sys.executable, "-c", REFUSE_NAMESPACES, kind="unisolated")


@without_namespaces
@pytest.mark.skipif(os.getuid() != 0 or KERNEL < (5, 8), reason="needs root, and a /proc that can differ from others")
def test_sandbox_without_namespaces_under_a_proc_that_hides_processes_is_said() -> None:
    hidden = ("unshare", "--mount", "--pid", "--fork", "sh", "-ec", 'mount -t proc -o hidepid=2 none /proc; exec "$@"')
    script = f"import sys; sys.path[:0] = {PATH!r}; from deepcoder.sandbox import *; start(SandboxConfig('unisolated'))"

    done = python_of_another_user("-c", script, before=(*hidden, "sh", sys.executable, "-c", REFUSE_NAMESPACES))

    assert "SandboxUnavailable: /proc hides processes" in done.stderr.splitlines()[-1], done.stderr


def test_programs_can_be_interrupted_though_the_worker_ignores_it() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell has it for what runs in the background
    try:
        started = start_process()
    finally:
        signal.signal(signal.SIGINT, before)
    with closing(started):
        outcome = run(started, "import os, signal\nos.kill(os.getpid(), signal.SIGINT)")

    assert (outcome.exit_code, outcome.signal) == (1, None)
    assert outcome.stderr.endswith("KeyboardInterrupt\n")


def test_runner_touches_no_scratch_folder_that_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "theirs").touch()
    before = tmp_path.stat()
    interpreter = process.interpreter_of(None)
    bare = process.Process(process.entering({"command": process.command_of(interpreter)}), interpreter)

    with pytest.raises(SandboxError, match="is not empty: it is somebody else's"):
        Sandbox(bare, scratch=str(tmp_path))

    assert tmp_path.stat().st_mode == before.st_mode
    assert (tmp_path / "theirs").exists()
