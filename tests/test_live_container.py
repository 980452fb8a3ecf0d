"""What holds a program, read from outside in a live container while the program runs in it.

Other tests try what a program can do. These look at the engine's word and at the kernel's: /proc of the container's
processes, and their cgroups' files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
import pytest

from deepcoder.problems import Limits, Mode, TestCase
from deepcoder.runner import procfs
from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable, gvisor_container, owner, start
from deepcoder.sandbox.docker import LABEL, NO_INTERPRETER, limits_containers
from deepcoder.sandbox.host_clock import is_kernel
from deepcoder.sandbox.stream import ENVIRONMENT, PROGRAM_HEADROOM_BYTES
from deepcoder.wire import values
from deepcoder.wire.messages import PROTOCOL, Ended, Task
from tests.conftest import leave_out

pytestmark = [pytest.mark.docker, pytest.mark.usefixtures("docker_sandboxes")]

MIB = 1 << 20
LIMITS = Limits(memory_bytes=256 * MIB, processes=32)
CONFIG = SandboxConfig(kind="docker", memory_bytes=LIMITS.memory_bytes, cpus=0.5)
CHOWN, KILL, SETGID, SETUID = 1 << 0, 1 << 5, 1 << 6, 1 << 7
KEPT = CHOWN | KILL | SETGID | SETUID
HARMLESS_DEVICES = {f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty")}
SETS = ("CapInh", "CapPrm", "CapEff", "CapAmb")


@dataclass(frozen=True)
class Live:
    """A container in which a program runs, as it is seen from outside."""

    hello: dict[str, Any]
    inspected: dict[str, Any]
    has_cgroups: bool  # a rootless engine may have none
    runner: tuple[int, int]  # supervisor and keeper, by their numbers out here
    program: int

    @property
    def host_config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.inspected["HostConfig"]
        return found

    @property
    def everybody(self) -> tuple[int, ...]:
        return (*self.runner, self.program)


def read(pid: int, name: str) -> str:
    return Path(f"/proc/{pid}/{name}").read_text()


def status(pid: int) -> dict[str, str]:
    rows = (line.split(":", 1) for line in read(pid, "status").splitlines())
    return {name: value.strip() for name, value in rows}


@pytest.fixture(scope="module")
def live(docker_sandboxes: None) -> Iterator[Live]:
    source = "import os\ndef solve(): return os.getpid()"
    task = Task(source, Mode.FUNCTION, LIMITS, "solve")
    call = TestCase.call([], None).input.encode()
    with closing(start(CONFIG)) as sandbox, closing(docker.from_env()) as client:
        with closing(sandbox.outcomes(task, iter([call, call]), ahead=1)) as outcomes:
            inside = values.decode(next(outcomes).output)
            inspected = client.api.inspect_container(repr(sandbox).strip("<>").split()[-1])
            first = inspected["State"]["Pid"]
            try:
                os.readlink(f"/proc/{first}/ns/pid")
            except OSError as error:
                pytest.skip(f"the engine's processes cannot be looked at from here: {error}")
            below = procfs.descendants(first)
            (program,) = [pid for pid in below if status(pid)["NSpid"].split()[-1] == str(inside)]
            (parent,) = [pid for pid in below if str(pid) == below[program][1]]
            has_cgroups = limits_containers(client.info())
            yield Live(sandbox.hello, inspected, has_cgroups, (first, parent), program)
            assert next(outcomes).ended is Ended.RETURNED  # it was the one that we looked at, and it ran all the time


def inside_id(pid: int, kind: str) -> int:
    """The process's only user or group, as the container numbers them; the engine may map them to others out here."""
    numbers = set(status(pid)[kind.title()].split())
    assert len(numbers) == 1
    outside = int(numbers.pop())
    for row in read(pid, f"{kind}_map").splitlines():
        inner, outer, count = map(int, row.split())
        if outer <= outside < outer + count:
            return inner + outside - outer
    raise AssertionError(f"{outside} is not mapped")


def test_runner_is_root_with_four_capabilities(live: Live) -> None:
    for pid in live.runner:
        found = {name: int(value, 16) for name, value in status(pid).items() if name.startswith("Cap")}
        assert (inside_id(pid, "uid"), inside_id(pid, "gid")) == (0, 0)
        assert found["CapPrm"] == found["CapEff"] == found["CapBnd"] == KEPT
        assert found["CapInh"] & ~KEPT == found["CapAmb"] == 0


def test_program_is_a_user_without_capabilities(live: Live) -> None:
    found = status(live.program)

    assert inside_id(live.program, "uid") == inside_id(live.program, "gid") >= 1000
    assert found["Groups"] == ""
    assert [int(found[name], 16) for name in SETS] == [0, 0, 0, 0]
    # What could be gained by executing a file that gives capabilities, which no-new-privileges rules out as well.
    assert int(found["CapBnd"], 16) & ~KEPT == 0


def test_nobody_gains_privileges_and_everybody_is_filtered(live: Live) -> None:
    for pid in live.everybody:
        found = status(pid)
        assert found["NoNewPrivs"] == "1"
        assert found["Seccomp"] == "2"  # a filter
        assert int(found.get("Seccomp_filters", 1)) >= 1


def test_engine_was_asked_for_nothing_that_weakens_it(live: Live) -> None:
    asked = live.host_config

    assert not asked["Privileged"]
    assert not asked["Binds"]
    assert not asked["Devices"]
    assert not asked["VolumesFrom"]
    assert not asked["PortBindings"]
    assert not live.inspected["Mounts"]
    assert (asked["PidMode"], asked["UTSMode"], asked["UsernsMode"]) == ("", "", "")
    assert (asked["NetworkMode"], asked["IpcMode"]) == ("none", "none")
    assert not [each for each in asked["SecurityOpt"] if "unconfined" in each]
    assert dict(each.split("=", 1) for each in live.inspected["Config"]["Env"]) == ENVIRONMENT


@dataclass(frozen=True)
class Mount:
    """A line of mountinfo (proc(5))."""

    place: str
    options: frozenset[str]  # of the mount
    kind: str
    source: str
    super_options: frozenset[str]  # of the file system

    @property
    def writable(self) -> bool:
        return "rw" in self.options & self.super_options

    @property
    def cgroup(self) -> bool:
        return self.kind.startswith("cgroup")


def is_device(live: Live, place: str) -> bool:
    """An engine in a user namespace cannot make these in the container, and shows the machine's."""
    return stat.S_ISCHR(os.stat(f"/proc/{live.program}/root{place}").st_mode)


def mounts(pid: int) -> list[Mount]:
    found = []
    for line in read(pid, "mountinfo").splitlines():
        own, _, rest = line.partition(" - ")
        place, options = own.split()[4:6]
        kind, source, super_options = rest.split(" ", 2)
        found.append(Mount(place, frozenset(options.split(",")), kind, source, frozenset(super_options.split(","))))
    return found


def test_root_is_read_only_and_so_is_all_but_the_scratch_folder(live: Live) -> None:
    found = {mount.place: mount for mount in mounts(live.program)}
    whole_machines_users = read(live.program, "uid_map").split() == ["0", "0", str((1 << 32) - 1)]

    writable = {place for place, mount in found.items() if mount.writable and not is_device(live, place)}
    if not whole_machines_users:  # then they belong to a user whom the container does not have
        writable -= {place for place in writable if found[place].cgroup}

    assert "ro" in found["/"].options
    # Of the kernel and the engine: folders of root alone, as tests/pairs/file_anywhere.py finds.
    assert writable - {"/proc", "/dev", "/dev/pts", "/sys/fs/cgroup"} == {"/tmp"}
    assert found["/tmp"].kind == "tmpfs"
    assert {"noexec", "nosuid", "nodev"} <= found["/tmp"].options
    assert {"size=65536k", "nr_inodes=16384"} <= found["/tmp"].super_options
    assert os.stat(f"/proc/{live.program}/root/tmp").st_mode & 0o7777 == 0o711


def test_nothing_of_the_machine_is_mounted(live: Live) -> None:
    """Three files that the engine makes for each container are; the disk's file systems show in no other place."""
    own = {"overlay", "tmpfs", "proc", "sysfs", "devpts", "mqueue", "cgroup", "cgroup2"}

    of_the_machine = {mount.place for mount in mounts(live.program) if mount.kind not in own and mount.place != "/"}
    files = {place for place in of_the_machine if not is_device(live, place)}

    assert files <= {"/etc/resolv.conf", "/etc/hostname", "/etc/hosts"}
    assert of_the_machine - files <= HARMLESS_DEVICES | set(live.host_config["MaskedPaths"])
    for place in ("/run/docker.sock", "/run/containerd"):  # /var/run is a link, which would lead out of this root
        assert not Path(f"/proc/{live.program}/root{place}").exists()


def test_paths_that_tell_of_the_kernel_are_masked(live: Live) -> None:
    masked, read_only = live.host_config["MaskedPaths"], live.host_config["ReadonlyPaths"]
    found = {mount.place: mount for mount in mounts(live.program)}

    assert {"/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"} <= set(masked)
    assert {"/proc/sys", "/proc/sysrq-trigger"} <= set(read_only)
    for path in masked:
        if os.path.exists(path):  # this kernel has it
            assert found[path].kind in ("tmpfs", "devtmpfs")  # an empty folder, or /dev/null
    for path in read_only:
        if os.path.exists(path):
            assert "ro" in found[path].options


def cgroup_value(pid: int, controller: str, name: str) -> str:
    """A value of the process's own cgroup. `name`: of version 1 and 2, with a blank between them."""
    first, _, second = name.partition(" ")
    paths = {}
    for line in read(pid, "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update(dict.fromkeys(controllers.split(","), path))
    if controller in paths:
        return Path(f"/sys/fs/cgroup/{controller}{paths[controller]}/{first}").read_text().strip()
    return Path(f"/sys/fs/cgroup{paths['']}/{second}").read_text().strip()


def test_cgroup_bounds_memory_without_swap_processes_and_processor(live: Live) -> None:
    if not live.has_cgroups:
        pytest.skip("this engine has no cgroups: a rootless one has them only with version 2")
    memory = CONFIG.memory_bytes + PROGRAM_HEADROOM_BYTES
    version_2 = Path("/sys/fs/cgroup/cgroup.controllers").exists()

    for pid in live.everybody:
        assert cgroup_value(pid, "memory", "memory.limit_in_bytes memory.max") == str(memory)
        swap = "0" if version_2 else str(memory)  # version 1 tells the sum of both
        with contextlib.suppress(FileNotFoundError):  # a kernel that does not count swap
            assert cgroup_value(pid, "memory", "memory.memsw.limit_in_bytes memory.swap.max") == swap
        assert cgroup_value(pid, "pids", "pids.max pids.max") == "512"
        if version_2:
            quota, period = cgroup_value(pid, "cpu", "none cpu.max").split()
        else:
            quota = cgroup_value(pid, "cpu", "cpu.cfs_quota_us none")
            period = cgroup_value(pid, "cpu", "cpu.cfs_period_us none")
        assert int(quota) / int(period) == CONFIG.cpus


@pytest.mark.parametrize("name", ["pid", "net", "ipc", "uts", "mnt"])
def test_namespace_is_the_containers_own(live: Live, name: str) -> None:
    (of_container,) = {os.readlink(f"/proc/{pid}/ns/{name}") for pid in live.everybody}

    assert of_container != os.readlink(f"/proc/self/ns/{name}")


def test_network_has_no_way_out(live: Live) -> None:
    interfaces = {line.split(":")[0].strip() for line in read(live.program, "net/dev").splitlines()[2:]}
    routes = read(live.program, "net/route").splitlines()[1:]
    beyond = [line for line in read(live.program, "net/ipv6_route").splitlines() if line.split()[-1] != "lo"]

    assert "lo" in interfaces
    assert not [name for name in interfaces if name.startswith(("eth", "en", "veth", "wl", "docker"))]
    assert routes == beyond == []


def test_program_has_the_resource_limits_of_its_problem(live: Live) -> None:
    found = {line[:25].strip(): line[26:].split()[:2] for line in read(live.program, "limits").splitlines()}

    assert found["Max processes"] == [str(LIMITS.processes)] * 2
    assert found["Max open files"] == ["256"] * 2
    assert found["Max core file size"] == found["Max msgqueue size"] == ["0"] * 2
    assert found["Max stack size"] == [str(1 << 30), "unlimited"]
    soft, hard = map(int, found["Max address space"])
    assert LIMITS.memory_bytes < soft == hard < LIMITS.memory_bytes + (1 << 30) + 128 * MIB
    assert found["Max nice priority"] == found["Max realtime priority"] == ["0"] * 2


def test_kernel_out_of_memory_picks_the_program_first(live: Live) -> None:
    program, *runner = (int(read(pid, "oom_score_adj")) for pid in (live.program, *live.runner))

    assert program == 1000
    assert max(runner) < program


def test_hello_tells_what_was_started(live: Live) -> None:
    assert live.hello["protocol"] == PROTOCOL
    assert live.hello["own_uids"]
    assert live.hello["languages"]["python"].startswith("3.")


# The engine's runtime


def containers(client: docker.DockerClient) -> set[str]:
    """Ours, of this process."""
    return {str(each.id) for each in client.containers.list(all=True, filters={"label": f"{LABEL}={owner.name()}"})}


@pytest.mark.parametrize("runtime", ["runc", "runsc", "runsc-newer"])  # the last is of 2024: `.ci/run` adds it
def test_runtime_is_passed_to_the_engine(runtime: str) -> None:
    with closing(docker.from_env()) as client:
        if runtime not in client.info()["Runtimes"]:
            leave_out(f"this engine has no runtime {runtime}")
        with closing(start(dataclasses.replace(CONFIG, runtime=runtime))) as sandbox:
            inspected = client.api.inspect_container(repr(sandbox).strip("<>").split()[-1])
            (outcome,) = sandbox.outcomes(Task("print(1)", Mode.STDIN, LIMITS), [b""])

    assert inspected["HostConfig"]["Runtime"] == runtime
    assert outcome.output == b"1\n"


def test_gvisor_of_the_engine_is_held_by_its_containers_cgroup(runsc_sandboxes: None) -> None:
    with closing(start(dataclasses.replace(CONFIG, runtime="runsc"))) as sandbox, closing(docker.from_env()) as client:
        inspected = client.api.inspect_container(repr(sandbox).strip("<>").split()[-1])
        kernel = inspected["State"]["Pid"]

        assert is_kernel(kernel)
        if limits_containers(client.info()):
            memory = str(CONFIG.memory_bytes + PROGRAM_HEADROOM_BYTES)
            for pid in (kernel, *procfs.descendants(kernel)):
                assert cgroup_value(pid, "memory", "memory.limit_in_bytes memory.max") == memory


def test_gvisor_whose_processes_are_out_of_sight_does_not_start(
    runsc_sandboxes: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gvisor_container, "is_kernel", lambda pid: False)
    with closing(docker.from_env()) as client:
        before = containers(client)

        with pytest.raises(SandboxUnavailable, match="start workers on the engine's machine"):
            start(dataclasses.replace(CONFIG, runtime="runsc"))

        assert containers(client) == before


def test_unknown_runtime_is_one_clear_error_and_leaves_no_container() -> None:
    with closing(docker.from_env()) as client:
        before = containers(client)

        with pytest.raises(SandboxError, match="the engine has no runtime no-such-runtime: register it"):
            start(dataclasses.replace(CONFIG, runtime="no-such-runtime"))

        assert containers(client) == before


def test_image_without_an_interpreter_is_one_clear_error() -> None:
    name = "deepcoder-test-no-interpreter"
    with closing(docker.from_env()) as client:
        client.api.import_image_from_data(b"\0" * 1024, repository=name)  # an archive of no files
        try:
            with pytest.raises(SandboxUnavailable, match=f"the image {name} has no python3"):
                start(dataclasses.replace(CONFIG, image=name))
        finally:
            client.images.remove(name)


def test_words_for_a_missing_interpreter_are_known_of_each_runtime() -> None:
    """Those of crun and gVisor are only quoted: a container that gVisor refuses leaves a process of Docker's."""
    assert NO_INTERPRETER.search('exec: "python3": executable file not found in $PATH: unknown')
    assert NO_INTERPRETER.search("executable file `python3` not found in $PATH: No such file")
    assert NO_INTERPRETER.search('error finding executable "python3" in PATH [/bin]: no such file')


def test_container_may_be_promised_more_processors_than_there_are() -> None:
    with closing(start(dataclasses.replace(CONFIG, cpus=4096.0))) as sandbox:
        (outcome,) = sandbox.outcomes(Task("print(1)", Mode.STDIN, LIMITS), [b""])

    assert outcome.output == b"1\n"
