"""`ray up`, `ray submit` and `ray down` on machines of one's own, and a machine that joins by scripts/setup_node.sh."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deepcoder.sandbox.docker import IMAGE
from tests.cluster.hosts import CHECKOUT, Hosts, hosts, require_hosts

pytestmark = [pytest.mark.hosts, pytest.mark.docker, pytest.mark.timeout(600)]

CONFIG = CHECKOUT / "scripts" / "cluster_local.yaml"
CLUSTER = "deepcoder-test"

ASK = """
import sys, time
from collections import Counter
import ray
from deepcoder import Problem, Program, SandboxPool, Submission, TestCase
from deepcoder.problems import Mode

ray.init()
end = time.monotonic() + 60
while len(nodes := [node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]]) < int(sys.argv[1]):
    assert time.monotonic() < end, nodes
    time.sleep(0.5)
add = Problem("add", Mode.STDIN, (TestCase("1\\n", "2\\n"), TestCase("5\\n", "6\\n")))
programs = [Program(f"print(int(input()) + {n % 2})  # {n}") for n in range(10)]
with SandboxPool(workers=3) as pool:
    found = Counter(str(each.verdict) for each in pool.judge([Submission(add, each) for each in programs]))
print("nodes", *sorted(nodes))
print("judged", pool.config.kind, *sorted(found.items()))
"""


def setup_node(checkout: Path, **settings: str) -> list[str]:
    """Its lines."""
    done = subprocess.run(
        ["scripts/setup_node.sh"],
        cwd=checkout,
        env={**os.environ, "PYTHON": sys.executable, **settings},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def _borrow_packages(environment: Path) -> None:
    """A virtual environment that sees the tests' packages, so that pip finds nothing to fetch but what builds ours."""
    venv.create(environment, symlinks=True)
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    ray = environment / "bin" / "ray"
    ray.write_text(f"#!{environment}/bin/python\nfrom ray.scripts.scripts import main\n\nmain()\n")
    ray.chmod(0o755)


@pytest.fixture(scope="module")
def checkout(docker_sandboxes: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the configuration copies to a node, set up there for the first time."""
    folder = tmp_path_factory.mktemp("hosts") / "checkout"
    for source in yaml.safe_load(CONFIG.read_text())["file_mounts"].values():
        path, target = CHECKOUT / source, folder / source
        if path.is_dir():
            shutil.copytree(path, target, symlinks=True)
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    _borrow_packages(folder / ".venv")
    first, *rest = setup_node(folder)
    assert first == "setup_node: the Python packages are installed in .venv."
    assert rest == ["setup_node: Docker answers.", f"{IMAGE} is up to date."]
    (folder / "runs").mkdir(exist_ok=True)
    subprocess.run(["docker", "save", "--output", "runs/sandbox.tar", IMAGE], cwd=folder, check=True)
    yield folder
    shutil.rmtree(folder.parent)  # it holds the image four times


@pytest.fixture(scope="module")
def cluster(checkout: Path) -> Iterator[Hosts]:
    """After `ray up`: the head is host 1, the worker host 2; host 3 has nothing to do with it."""
    require_hosts()
    folder = checkout.parent
    for number in (1, 2, 3):  # whose packages are those of the checkout: the pip of each would bring the same
        home = folder / str(number) / "home" / "deepcoder-checkout"
        home.mkdir(parents=True)
        (home / ".venv").symlink_to(checkout / ".venv")
    with hosts(folder, 3, CLUSTER) as found:
        config = yaml.safe_load(CONFIG.read_text())
        config["cluster_name"] = CLUSTER
        config["provider"] |= {"head_ip": found.address(1), "worker_ips": [found.address(2)]}
        config["auth"]["ssh_private_key"] = f"{folder}/key"
        (checkout / "cluster.yaml").write_text(yaml.safe_dump(config))
        (checkout / "ask.py").write_text(ASK)
        token = found.desk("ray", "get-auth-token", "--generate")
        assert token.returncode == 0, token.stdout
        up = found.desk("ray", "up", "--yes", "--disable-usage-stats", "cluster.yaml")
        assert up.returncode == 0, up.stdout
        yield found


def test_second_set_up_only_says_what_is_there(checkout: Path) -> None:
    there = "setup_node: the Python packages are there."
    assert setup_node(checkout) == [there, "setup_node: Docker answers.", f"{IMAGE} is up to date."]
    (checkout / "constraints.txt").write_text((checkout / "constraints.txt").read_text() + "\n")
    assert setup_node(checkout, SANDBOX="none") == ["setup_node: the Python packages are installed in .venv."]
    assert setup_node(checkout, SANDBOX="none") == [there]


def test_image_comes_from_a_file_once(checkout: Path) -> None:
    image = "deepcoder-sandbox:loaded"
    saved = checkout / "runs" / "loaded.tar"
    subprocess.run(["docker", "tag", IMAGE, image], check=True)
    try:
        subprocess.run(["docker", "save", "--output", saved, image], check=True)
        subprocess.run(["docker", "rmi", image], check=True, stdout=subprocess.DEVNULL)
        said = [setup_node(checkout, FROM="runs/loaded.tar", IMAGE=image)[-1] for _ in range(2)]
        assert said == [f"setup_node: {image} is {what} runs/loaded.tar." for what in ("loaded from", "that of")]
    finally:
        subprocess.run(["docker", "rmi", image], check=True, stdout=subprocess.DEVNULL)


def test_image_that_cannot_be_had_is_named(checkout: Path) -> None:
    settings = {**os.environ, "FROM": "localhost:1/none", "IMAGE": "deepcoder-sandbox:none"}
    done = subprocess.run(["scripts/setup_node.sh"], cwd=checkout, env=settings, text=True, capture_output=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "setup_node: localhost:1/none is no file, and docker could not pull it."


def test_machines_of_ones_own_come_up_judge_and_go_down(cluster: Hosts) -> None:
    asked = cluster.desk("ray", "submit", "--disable-usage-stats", "cluster.yaml", "ask.py", "2")
    assert "judged docker ('AC', 5) ('WA', 5)" in asked.stdout.splitlines(), asked.stdout
    assert f"nodes {cluster.address(1)} {cluster.address(2)}" in asked.stdout.splitlines()
    assert asked.returncode == 0

    # A third joins by itself, with the token.
    join = f"cd ~/deepcoder-checkout && ADDRESS={cluster.address(1)}:6379 FROM=runs/sandbox.tar scripts/setup_node.sh"
    cluster.desk("cp", "-r", str(cluster.folder / "2" / "home"), f"{cluster.folder}/3/")
    first, second = (cluster.on(3, join) for _ in range(2))
    assert "Ray runtime started." in first.stdout and first.returncode == 0, first.stdout
    assert second.stdout.splitlines()[2:] == [
        f"setup_node: {IMAGE} is that of runs/sandbox.tar.",
        f"setup_node: Ray runs here as a node of {cluster.address(1)}:6379.",
    ]
    asked = cluster.desk("ray", "submit", "--disable-usage-stats", "cluster.yaml", "ask.py", "3")
    assert asked.returncode == 0, asked.stdout

    # One without it does not.
    cluster.on(3, "ray stop; rm ~/.ray/auth_token")
    refused = cluster.on(3, join)
    assert refused.returncode == 1
    assert "could not join" in refused.stdout

    (cluster.folder / "checkout" / "fail.py").write_text("raise SystemExit(3)\n")
    assert cluster.desk("ray", "submit", "--disable-usage-stats", "cluster.yaml", "fail.py").returncode == 1

    down = cluster.desk("ray", "down", "--yes", "cluster.yaml")
    assert down.returncode == 0, down.stdout
    assert cluster.on(1, "pgrep -f gcs_server/gcs_server").stdout == ""
