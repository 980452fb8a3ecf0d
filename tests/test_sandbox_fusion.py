"""SandboxFusion's contract: what its clients send and read, and those of them that are packages."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deepcoder.pool import SandboxPool
from deepcoder.runs import Ran
from deepcoder.service import held, sandbox_fusion
from deepcoder.service.sandbox_fusion import RunCode, answered
from deepcoder.service.service import Service
from deepcoder.wire.languages import CPP, PYTHON
from deepcoder.wire.messages import Ended, Outcome
from scripts.waiting import wait_until
from tests.test_service import SLEEP, TOKEN, WAIT_S, post, serving

STEP = {"status", "execution_time", "cpu_time", "return_code", "stdout", "stderr"}
CLIENTS = Path(__file__).parents[1] / ".clients"
ASKS = Path(__file__).parent / "clients"  # programs that run in an environment of a client's package


@pytest.fixture(scope="module")
def service(process_pool: SandboxPool) -> Service:
    return Service(process_pool, {})


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    with serving(service) as url:
        yield url


def run_code(url: str, code: str, **fields: Any) -> dict[str, Any]:
    answer = post(url, "/run_code", {"code": code, **fields})
    assert answer.status_code == 200, answer.text
    row: dict[str, Any] = answer.json()
    assert all(set(row[name]) == STEP for name in ("compile_result", "run_result") if row[name] is not None)
    return row


def test_health_checks(url: str) -> None:
    assert requests.get(url + "/v1/ping", timeout=WAIT_S).json() == "pong"
    assert requests.get(url + "/", timeout=WAIT_S).status_code == 200
    assert requests.post(url + "/run_jupyter", timeout=WAIT_S).status_code == 404


@pytest.mark.parametrize(
    ("code", "status", "run_status", "return_code", "stdout", "stderr"),
    [
        ("print(int(input()) + 1)", "Success", "Finished", 0, "3\n", ""),
        ("print('x' * 300_000, end='')", "Success", "Finished", 0, "x" * 300_000, ""),
        ("import sys\nprint(1)\nsys.exit(3)", "Failed", "Finished", 3, "1\n", ""),
        ("import os\nos.kill(os.getpid(), 11)", "Failed", "Finished", -11, "", "signal 11"),
        ("while True: pass", "Failed", "TimeLimitExceeded", None, "", ""),
        ("x = bytearray(2 << 30)", "Failed", "Finished", -9, "", "memory limit"),
        ("while True: print('x' * 100_000)", "Failed", "Finished", -9, "", "output limit"),
        ("x =", "Failed", "Finished", 1, "", "SyntaxError"),
    ],
)
def test_what_happened_is_said_in_its_words(
    url: str, code: str, status: str, run_status: str, return_code: int | None, stdout: str, stderr: str
) -> None:
    row = run_code(url, code, stdin="2\n", run_timeout=2, compile_timeout=10, memory_limit_MB=1024, language="python")
    run = row["run_result"]
    assert (row["status"], run["status"], run["return_code"], run["stdout"]) == (
        status,
        run_status,
        return_code,
        stdout,
    )
    assert stderr in run["stderr"]
    assert row["compile_result"] is None


def test_code_alone_is_python_and_other_fields_are_ignored(url: str) -> None:
    assert run_code(url, "print(1)", expected_stdout="1\n")["run_result"]["stdout"] == "1\n"


def test_files_go_in_and_come_back(url: str, service: Service) -> None:
    files = {
        "data.txt": base64.b64encode(b"hi\n").decode(),
        "plain.txt": "no base64!",
        "random.py": base64.b64encode(b"def mine(): return 7").decode(),
        "none.txt": None,
        "IGNORE_THIS_FILE.txt": "eA==",
    }
    code = (
        "import os, random\nprint(open('data.txt').read(), open('plain.txt').read(), random.mine())\n"
        "print(sorted(os.listdir()))\nopen('out.bin', 'wb').write(b'\\xff')"
    )
    row = run_code(url, code, files=files, fetch_files=["out.bin", "missing"])
    assert row["run_result"]["stdout"].startswith("hi\n no base64! 7\n"), row
    assert "IGNORE" not in row["run_result"]["stdout"] and "none.txt" not in row["run_result"]["stdout"]
    assert row["files"] == {"out.bin": base64.b64encode(b"\xff").decode()}
    assert post(url, "/run_code", {"code": "", "files": {"/etc/x": ""}}).status_code == 422


@pytest.mark.parametrize("name", ["cpp", "c++"])
def test_compiled_language_has_a_compile_result(url: str, service: Service, name: str) -> None:
    if "cpp" not in service.languages:
        pytest.skip("no C++ compiler is here")
    code = '#include "add.h"\n#include <cstdio>\nint main() { int n; scanf("%d", &n); printf("%d", add(n)); }'
    files = {"add.h": base64.b64encode(b"int add(int n) { return n + 1; }").decode()}
    row = run_code(url, code, language=name, stdin="4", files=files)
    assert (row["status"], row["compile_result"]["return_code"], row["run_result"]["stdout"]) == ("Success", 0, "5")
    row = run_code(url, "int main() { return x; }", language=name)
    assert (row["status"], row["compile_result"]["return_code"], row["run_result"]) == ("Failed", 1, None)
    assert "error" in row["compile_result"]["stderr"]


def test_unknown_language_is_refused_and_counted(url: str, service: Service) -> None:
    answer = post(url, "/run_code", {"code": "", "language": "sql"})
    assert (answer.status_code, "language must be one of" in answer.json()["detail"]) == (422, True)
    assert any("/run_code" in label for label in service.status()["rejected"])


def test_failure_of_ours_is_never_the_programs() -> None:
    answer = answered(Ran(None, "no sandbox"), RunCode(code=""), PYTHON)
    assert (answer["status"], answer["run_result"], answer["message"]) == ("SandboxError", None, "no sandbox")
    well = answered(Ran(Outcome(Ended.EXITED, b"1", exit_code=0)), RunCode(code=""), CPP)
    assert (well["status"], well["compile_result"]["return_code"]) == ("Success", 0)


@pytest.fixture
def full(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A service whose turns are all taken."""
    monkeypatch.setattr(service, "_resize", lambda state: None)
    most, service.line.most_at_work = service.line.most_at_work, 0
    yield
    service.line.most_at_work = most
    service.line.admit()


def test_busy_is_504_where_the_client_tries_again(url: str, full: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox_fusion, "HOLD_S", 0.2)
    assert post(url, "/run_code", {"code": "", "compile_timeout": 10}).status_code == 504


def test_busy_is_held_where_the_client_does_not_try_again(
    url: str, full: None, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox_fusion, "HOLD_S", 0.0)
    found: list[dict[str, Any]] = []
    thread = threading.Thread(target=lambda: found.append(run_code(url, "print(1)")))
    thread.start()
    assert wait_until(lambda: service.line.waiting == 1, WAIT_S)
    service.line.most_at_work = 2
    service.line.admit()
    thread.join()
    assert found[0]["status"] == "Success"


def test_late_answer_keeps_its_client(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "SILENT_S", 0.2)
    with requests.post(url + "/run_code", json={"code": SLEEP.format(2)}, stream=True, timeout=WAIT_S) as answer:
        text = b"".join(answer.iter_content(1))
    assert text.startswith(b"  ")
    assert json.loads(text)["run_result"]["stdout"] == "done\n"


def test_longer_run_timeout_than_there_is_does_not_fail_the_program(url: str) -> None:
    assert run_code(url, "print(1)", run_timeout=7205)["run_result"]["stdout"] == "1\n"


def test_client_that_hangs_up_frees_its_work(url: str, process_pool: SandboxPool, service: Service) -> None:
    body = {"code": SLEEP.format(100), "run_timeout": 200}
    for timeout_s in (0.01, 1.0):
        with pytest.raises(requests.Timeout):
            requests.post(url + "/run_code", json=body, timeout=(WAIT_S, timeout_s))
    assert wait_until(
        lambda: process_pool.state().busy == 0 and service.line.at_work == service.line.waiting == 0, WAIT_S
    )


def of_client(name: str) -> Path:
    """Return what `make clients` has put there, apart from this environment."""
    path = CLIENTS / name
    if not path.exists():
        pytest.skip("`make clients` has not installed the clients' packages")
    return path


def test_official_client(url: str) -> None:
    command: list[Any] = [of_client("sandbox_fusion/bin/python"), ASKS / "official.py", url]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_reward_of_verl_by_url(process_pool: SandboxPool) -> None:
    package = of_client("verl/verl")
    with serving(Service(process_pool, {}), TOKEN) as url:
        named = url.replace("//", f"//any:{TOKEN}@") + "/run_code"
        command: list[Any] = [sys.executable, ASKS / "verl_reward.py", package, named]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=WAIT_S)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.timeout(400)
def test_no_request_makes_the_service_fail(url: str, tmp_path: Path) -> None:
    command: list[Any] = [
        of_client("schemathesis/bin/schemathesis"),
        "run",
        f"{url}/openapi.json",
        "--max-examples",
        "30",
    ]
    command += ["--checks", "not_a_server_error", "--seed", "1", "--request-timeout", "20", "--phases", "fuzzing"]
    command += ["--exclude-path", "/healthz"]
    ran = subprocess.run([*command, "--no-color"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
