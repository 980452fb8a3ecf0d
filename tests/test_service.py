"""The service: a real server on loopback in front of a pool of process sandboxes."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests

from deepcoder import remote
from deepcoder.pool import SandboxPool
from deepcoder.problems import Limits, Mode, Problem, TestCase
from deepcoder.programs import Program
from deepcoder.remote import AWAY_S, RemotePool
from deepcoder.reward import CodeReward
from deepcoder.rulings import files_of
from deepcoder.service import app, guard, server
from deepcoder.service import batches as batches_module
from deepcoder.service import service as service_module
from deepcoder.service.service import Service
from deepcoder.verdicts import Submission
from deepcoder.wire.messages import Ended, Given
from scripts.waiting import wait_until
from tests.pool_cases import ADD_ONE, ONE_TEST, RIGHT, WRONG, verdicts

TOKEN = "s3cret"
CHECK = "def check(input, expected, actual): return int(actual) == 7"
HALF = b"POST /judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
ROW = {"mode": "stdin", "tests": [{"input": "1\n", "output": "2\n"}]}
PROBLEMS = {"add_one": ADD_ONE}
SLEEP = "import time\ntime.sleep({})\nprint('done')"
WAIT_S = 60.0  # for what has to come true on a machine with much else to do


@contextmanager
def serving(service: Service, token: str = "") -> Iterator[str]:
    """Serve it in a thread; yield its URL."""
    listening = server.bound("127.0.0.1", 0)
    running = server.server(app.application(service, token))
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def service(process_pool: SandboxPool) -> Service:
    return Service(process_pool, PROBLEMS)


@pytest.fixture(scope="module")
def url(service: Service) -> Iterator[str]:
    with serving(service) as url:
        yield url


def post(url: str, path: str, body: Any, **options: Any) -> requests.Response:
    return requests.post(url + path, json=body, timeout=WAIT_S, **options)


def lines(answer: requests.Response) -> list[dict[str, Any]]:
    """Return the lines of an answer in the order of their indices."""
    assert answer.status_code == 200, answer.text
    return sorted(map(json.loads, filter(str.strip, answer.text.splitlines())), key=lambda row: int(row["index"]))


# Our own contract


def test_judge_takes_completions_and_programs(url: str) -> None:
    rows = [
        {"problem_id": "add_one", "program": RIGHT.source},
        {"problem_id": "add_one", "completion": f"Here:\n```python\n{WRONG.source}\n```"},
        {"problem_id": "add_one", "completion": "I do not know."},
        {
            "problem": "mine",
            "files": {"main.py": "import m\nm.go()", "m.py": RIGHT.source.join(["def go(): ", ""])},
            "entry_file": "main.py",
        },
    ]
    found = lines(post(url, "/judge", {"submissions": rows, "problems": {"mine": ROW}}))
    assert [row["verdict"] for row in found] == ["AC", "WA", "CE", "AC"]
    assert found[0]["passed"] == found[0]["total"] == 5


def test_run_tells_what_happened(url: str) -> None:
    rows = [
        {"program": "print(input())", "stdin": "hé\n"},
        {"program": "import sys\nsys.stdout.buffer.write(b'\\xff')\nsys.exit(3)"},
        {
            "program": "print(open('x').read())\nopen('y', 'w').write('z')",
            "data": {"x": base64.b64encode(b"q").decode()},
        },
    ]
    found = lines(post(url, "/run", {"runs": rows}))
    assert [(row["ended"], row["exit_code"], row["output"]) for row in found] == [
        ("exited", 0, "hé\n"),
        ("exited", 3, "�"),
        ("exited", 0, "q\n"),
    ]
    assert base64.b64decode(found[1]["output_base64"]) == b"\xff"


def test_run_returns_files_beside_its_output(url: str) -> None:
    source = "open('out.bin', 'wb').write(b'\\xff')\nopen('d/a', 'w').write('A')\nprint('hi')"
    rows: list[dict[str, Any]] = [
        {"program": source, "returns": ["out.bin", "d/", "none"]},
        {"program": "while True: pass", "returns": ["out.bin"], "limits": {"cpu_s": 0.2}},
        {"program": "print('hi')"},
    ]
    found = lines(post(url, "/run", {"runs": rows}))
    files = {"out.bin": base64.b64encode(b"\xff").decode(), "d/a": base64.b64encode(b"A").decode()}
    assert [(row["output"], row.get("files")) for row in found] == [("hi\n", files), ("", {}), ("hi\n", None)]


@pytest.mark.parametrize(
    ("path", "body", "why"),
    [
        ("/judge", {"submissions": [{"problem_id": "none", "program": ""}]}, "no problem of the service"),
        ("/judge", {"submissions": [{"program": ""}]}, "problem_id or problem is missing"),
        ("/judge", {"submissions": [{"problem_id": "add_one"}]}, "submissions[0]: completion, program or files"),
        ("/judge", {"submissions": [{"problem_id": "add_one", "path": "/etc/passwd"}]}, "path: Extra inputs"),
        ("/judge", {"submissions": [{"problem_id": "add_one", "program": "", "language": "x"}]}, "language must be"),
        (
            "/judge",
            {"submissions": [], "problems": {"x": {**ROW, "special_checker": CHECK}}},
            "problems['x'] brings code to check with: start the service with --allow code",
        ),
        (
            "/judge",
            {"submissions": [], "problems": {"0f": {**ROW, "problem_id": "sum/1", "special_checker": CHECK}}},
            "problem 'sum/1' brings code",
        ),
        ("/judge", {"submissions": [], "problems": {"x": {**ROW, "tests": "/etc/passwd"}}}, "neither JSON"),
        ("/judge", {"submissions": [], "problems": {"x": {**ROW, "checker": "none"}}}, "problems['x']"),
        ("/judge", {"submissions": [], "problems": {"x": {**ROW, "preamble": 5}}}, "preamble must be text"),
        ("/judge", {"submissions": "x"}, "submissions: Input should be"),
        ("/run", {"runs": [{"program": "", "limits": {"memory_bytes": 1 << 50}}]}, "give SandboxConfig more"),
        ("/run", {"runs": [{"program": "", "limits": {"cpu_s": "x"}}]}, "runs[0]"),
        ("/run", {"runs": [{"program": "", "limits": {"image": 1}}]}, "limits.image is unknown"),
        ("/run", {"runs": [{"program": "", "data": {"../x": ""}}]}, "own folder"),
        ("/run", {"runs": [{"program": "", "image": "other"}]}, "image: Extra inputs"),
    ],
)
def test_refusal_is_one_sentence(url: str, path: str, body: Any, why: str) -> None:
    answer = post(url, path, body)
    assert answer.status_code == 422
    assert why in answer.json()["detail"]
    assert "\n" not in answer.json()["detail"]


def test_code_of_clients_runs_where_it_is_allowed(process_pool: SandboxPool) -> None:
    row = {**ROW, "special_checker": CHECK}
    body = {"submissions": [{"problem": "x", "program": "print(7)"}], "problems": {"x": row}}
    with serving(Service(process_pool, {}, allows_code=True)) as url:
        assert lines(post(url, "/judge", body))[0]["verdict"] == "AC"


def test_problem_of_the_service_may_have_code_whichever_way_it_is_named(process_pool: SandboxPool) -> None:
    seven = Problem("seven", Mode.STDIN, (TestCase("1\n", "2\n"),), special_checker=CHECK)
    with serving(Service(process_pool, {"seven": seven})) as url:
        pool = RemotePool(url)
        for _ in range(2):  # as it is sent, and by its digest
            assert verdicts(pool.judge([Submission(seven, Program("print(7)"))])) == ["AC"]
        with pytest.raises(ValueError, match="problem 'seven' brings code"):
            pool.judge([Submission(dataclasses.replace(seven, special_checker=f"{CHECK} + 1"), RIGHT)])


def test_problem_of_the_service_may_be_sampled_by_a_client(process_pool: SandboxPool) -> None:
    tests = tuple(TestCase(f"{number}\n" * (number + 1), "2\n") for number in range(4))
    seven = Problem("seven", Mode.STDIN, tests, special_checker=CHECK)
    with serving(Service(process_pool, {"seven": seven})) as url:
        reward = CodeReward(RemotePool(url), [seven], max_tests=2)
        assert reward(completions=["```python\nprint(7)\n```"], problem_id=["seven"]) == [1.0]
        other = dataclasses.replace(seven, tests=tests[:2])  # another sample than ours
        with pytest.raises(ValueError, match="problem 'seven' brings code"):
            RemotePool(url).judge([Submission(other, Program("print(7)"))])


def test_problem_that_is_gone_is_asked_for(url: str) -> None:
    answer = post(url, "/judge", {"submissions": [{"problem": "0" * 32, "program": ""}]})
    assert (answer.status_code, answer.json()["missing"]) == (409, ["0" * 32])


def test_request_that_is_sent_again_costs_nothing(url: str, service: Service) -> None:
    body = {"id": "again", "runs": [{"program": "import os\nprint(os.urandom(9).hex())"}]}
    first, second = (lines(post(url, "/run", body)) for _ in range(2))
    assert first == second
    answer = post(url, "/run", {**body, "runs": []})
    assert (answer.status_code, "is of another request" in answer.json()["detail"]) == (409, True)


def test_work_goes_on_for_an_id_and_ends_without_one(
    url: str, service: Service, process_pool: SandboxPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(body: Any) -> None:
        with requests.post(url + "/run", json=body, stream=True, timeout=WAIT_S):
            assert wait_until(lambda: process_pool.state().busy == 1, WAIT_S)

    lose({"runs": [{"program": SLEEP.format(50), "limits": {"cpu_s": 60}}]})
    assert wait_until(lambda: process_pool.state().busy == 0, WAIT_S)
    judged = process_pool.state().judged
    body = {"id": "lost", "runs": [{"program": SLEEP.format(1)}]}
    lose(body)
    assert wait_until(lambda: process_pool.state().judged == judged + 1, WAIT_S)
    assert lines(post(url, "/run", body))[0]["output"] == "done\n"
    assert process_pool.state().judged == judged + 1
    monkeypatch.setattr(batches_module, "KEPT_S", 0.0)
    post(url, "/run", body)
    assert wait_until(lambda: not any("lost" in name for _, name in service.batches._batches), WAIT_S)


def test_too_many_at_once_are_told_to_come_again(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deepcoder.service.deepcoder_api.MOST_OPEN", 2)
    monkeypatch.setattr(batches_module.Batches, "open", 1)
    answer = post(url, "/run", {"runs": [{"program": ""}] * 2})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert post(url, "/run", {"runs": [{"program": ""}] * 3}).status_code == 413  # they never had room


@pytest.mark.parametrize("most", ["MOST_KEPT", "MOST_KEPT_BYTES"])
def test_kept_answers_make_nothing_busy_and_are_not_too_many(
    url: str, service: Service, most: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deepcoder.service.deepcoder_api.MOST_OPEN", 2)
    monkeypatch.setattr(batches_module, most, 2)
    for number in range(4):
        body = {"id": f"kept {most} {number}", "runs": [{"program": "print(1)"}] * 2}
        assert [row["output"] for row in lines(post(url, "/run", body))] == ["1\n"] * 2
    kept = {"MOST_KEPT": 2, "MOST_KEPT_BYTES": 1}  # the last, and one before it that is small enough
    assert sum(f"kept {most}" in name for _, name in service.batches._batches) == kept[most]


def test_service_tells_about_itself(url: str) -> None:
    assert wait_until(lambda: "pool_workers 2\n" in requests.get(url + "/metrics", timeout=WAIT_S).text, WAIT_S)
    assert requests.get(url + "/healthz", timeout=WAIT_S).json() == {"has_workers": True}
    status = requests.get(url + "/status", timeout=WAIT_S).json()
    assert status["pool"]["workers"] == 2 and "python" in status["languages"]
    assert requests.get(url + "/problems", timeout=WAIT_S).json()[0]["problem_id"] == "add_one"
    paths = requests.get(url + "/openapi.json", timeout=WAIT_S).json()["paths"]
    assert {"/judge", "/run", "/problems", "/status", "/run_code", "/v1/ping", "/"} <= set(paths)


# RemotePool


def test_remote_pool_judges_as_the_pool(url: str, process_pool: SandboxPool) -> None:
    call = Problem("call", Mode.FUNCTION, (TestCase.call([1, {2}], (3, "\ud800")),), entry_point="f")
    source = "def f(a, b): return (a + b.pop(), '\\ud800')"
    submissions = [
        Submission(ADD_ONE, RIGHT),
        Submission(ADD_ONE, None, "nothing"),
        Submission(ONE_TEST, WRONG),
        Submission(call, Program(source)),
        Submission(ADD_ONE, Program("1/0")),
    ]
    seen: dict[int, str] = {}
    remote = RemotePool(url)
    found = remote.judge(submissions, lambda index, judgement: seen.update({index: judgement.verdict}))
    assert verdicts(found) == verdicts(process_pool.judge(submissions)) == ["AC", "CE", "WA", "AC", "RTE"]
    assert seen == dict(enumerate(verdicts(found)))
    assert (remote.state().workers, remote.memory_bytes) == (2, 1 << 30)
    assert remote.languages() == process_pool.languages()


def test_remote_pool_runs_as_the_pool(url: str, process_pool: SandboxPool) -> None:
    programs = [Program("print(open('a').read(), input())"), Program("import os\nos.write(1, b'\\xfe')\nos.abort()")]
    inputs: list[Given | bytes] = [Given(b"x\n", files=(("a", b"A"),)), b""]
    for each in (process_pool, RemotePool(url)):
        outcomes = [ran.outcome for ran in each.run(programs, inputs)]
        assert [o and (o.ended, o.signal, o.output) for o in outcomes] == [
            (Ended.EXITED, None, b"A x\n"),
            (Ended.KILLED, 6, b"\xfe"),
        ]


def test_remote_pool_returns_files_as_the_pool(url: str, process_pool: SandboxPool) -> None:
    given = Given(files=(("a", b"\xff"),), returns=("a", "b"))
    for each in (process_pool, RemotePool(url)):
        (ran,) = each.run([Program("open('b', 'w').write('B')\nprint('hi')")], [given])
        assert ran.outcome is not None
        assert dict(files_of(ran.outcome.output)) == {"a": b"\xff", "b": b"B", "": b"hi\n"}


def test_line_of_an_answer_may_be_long(url: str) -> None:
    size = 12 << 20
    (ran,) = RemotePool(url).run([Program(f"import sys\nsys.stdout.write('\\1' * {size})")], [""])
    assert ran.outcome is not None and ran.outcome.output == b"\1" * size


def test_request_has_room_for_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "REQUEST_BYTES", 10)
    monkeypatch.setattr(remote, "REQUEST_ITEMS", 3)
    sizes = [6, 6, 1, 20, 1, 1, 1, 1]
    assert [*remote._windows((at, size, 0) for at, size in enumerate(sizes))] == [[0], [1, 2], [3], [4, 5, 6], [7]]
    assert [*remote._windows(("problem", 7, 1) for _ in range(7))] == [[0, 1, 2], [3, 4, 5], [6]]
    assert [*remote._windows(("problem", 7, 3) for _ in range(3))] == [[0], [1], [2]]


def test_session_of_a_remote_pool_keeps_files(url: str) -> None:
    session = RemotePool(url).session()
    for _ in range(2):
        session.run(Program("open('a', 'ab').write(b'\\xfe')"))
    assert session.files == {"a": b"\xfe\xfe"}


def test_remote_pool_scores_and_begins(url: str) -> None:
    remote = RemotePool(url)
    reward = CodeReward(remote, [ADD_ONE])
    completion = f"```python\n{RIGHT.source}  # ahead\n```"
    reward.begin(completions=[completion], problem_id=["add_one"])
    assert reward(completions=[completion, "none"], problem_id=["add_one"] * 2) == [1.0, 0.0]


def test_remote_pool_says_what_a_service_refuses(process_pool: SandboxPool, url: str) -> None:
    big = Problem("big", Mode.STDIN, ADD_ONE.tests, limits=Limits(memory_bytes=1 << 40))
    with pytest.raises(ValueError, match=r"big: limits\.memory_bytes"):
        RemotePool(url).judge([Submission(big, RIGHT)])
    with serving(Service(process_pool, {}), TOKEN) as other:
        with pytest.raises(ValueError, match="the token is missing or wrong"):
            RemotePool(other, "wrong").judge([Submission(ADD_ONE, RIGHT)])
        named = RemotePool(other.replace("//", f"//me:{TOKEN}@"))
        assert verdicts(named.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
        assert TOKEN not in repr(named)


def test_remote_pool_sends_a_problem_again_to_a_service_that_has_started_anew(
    process_pool: SandboxPool, url: str
) -> None:
    remote = RemotePool(url)
    assert verdicts(remote.judge([Submission(ADD_ONE, RIGHT)])) == ["AC"]
    with serving(Service(process_pool, {})) as other:
        remote.url = other
        assert verdicts(remote.judge([Submission(ADD_ONE, RIGHT), Submission(ONE_TEST, RIGHT)])) == ["AC", "AC"]


def test_remote_pool_begins_with_a_service_that_has_started_anew(process_pool: SandboxPool, url: str) -> None:
    pool = RemotePool(url)
    pool.judge([Submission(ADD_ONE, RIGHT)])
    (digest,) = pool._sent
    with serving(Service(process_pool, {})) as other:
        pool.url = other
        pool.begin([Submission(ADD_ONE, RIGHT)])
        row = {"problem": digest, "program": RIGHT.source}
        assert post(other, "/judge", {"submissions": [row]}).status_code == 200


def test_runs_that_are_too_many_are_no_failed_request(process_pool: SandboxPool) -> None:
    ours = Service(process_pool, {})
    ours.line._most_waiting = 0
    with serving(ours) as url:
        body = {"id": "full", "runs": [{"program": "print(1)"}]}
        (row,) = lines(post(url, "/run", body))
        assert (row["ended"], row["why"]) == (None, "busy: too many runs wait")


def test_request_that_failed_is_begun_anew() -> None:
    async def fails() -> AsyncIterator[bytes]:
        yield b"half\n"
        raise RuntimeError("the rest is lost")

    async def found_again() -> object:
        batches = batches_module.Batches()
        batch = batches.begin(("user", "id"), b"digest", 2, fails())
        assert batch.task is not None
        await asyncio.wait([batch.task])
        return batches.find(("user", "id"), b"digest")

    assert asyncio.run(found_again()) is None


def test_service_that_stays_away_is_ie() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    away = RemotePool(url, away_s=0.5)
    with pytest.raises(ConnectionError, match="does not answer"):
        away.languages()
    (ran,) = away.run([RIGHT], [""])
    assert ran.outcome is None and "does not answer" in ran.why
    told: list[int] = []
    found = away.judge([Submission(ADD_ONE, RIGHT), Submission(ADD_ONE, None)], lambda index, _: told.append(index))
    assert (verdicts(found), told) == (["IE", "CE"], [0, 1])


def test_service_that_was_never_reached_is_given_up_soon(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(remote, "RETRY_S", 0.01)
    monkeypatch.setattr(remote, "FIRST_AWAY_S", 0.2)
    status = json.dumps({"languages": {}}).encode() + b"\n"
    with scripted((200, "", [(0.0, status)])) as url:
        pool = RemotePool(url, away_s=1.0)
        pool.languages()
    for each, least_s in ((RemotePool(url), 0.2), (pool, 1.0)):  # the second may start again
        caplog.clear()
        began = time.monotonic()
        with pytest.raises(ConnectionError, match="does not answer: ConnectionRefusedError"):
            each.languages()
        assert least_s < time.monotonic() - began < AWAY_S
        assert len(caplog.records) == 1


class Scripted(BaseHTTPRequestHandler):
    """Answers as a script says, like a proxy before a service that fails: a status, a Retry-After, and chunks."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, retry_after, chunks = self.server.script.pop(0)  # type: ignore[attr-defined]
        self.send_response(status)
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        for wait_s, chunk in chunks:
            time.sleep(wait_s)
            self.wfile.write(chunk)

    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def scripted(*script: tuple[int, str, list[tuple[float, bytes]]]) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Scripted) as proxy:
        proxy.script = list(script)  # type: ignore[attr-defined]
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{proxy.server_port}"
        finally:
            proxy.shutdown()
            thread.join()


def test_failure_of_a_proxy_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "RETRY_S", 0.0)
    failures = [(500, ""), (524, ""), (408, ""), (429, "0"), (503, "Wed, 21 Oct 2026 07:28:00 GMT")]
    status = json.dumps({"languages": {"python": "3"}}).encode() + b"\n"
    with scripted(*((*each, []) for each in failures), (200, "", [(0.0, status)])) as url:
        assert RemotePool(url).languages() == {"python": "3"}


def test_service_that_says_that_it_works_is_not_away() -> None:
    works = (200, "", [(0.1, b"\n")] * 60)  # and then the connection is lost
    row = {"index": 0, "ended": None, "why": "answered"}
    with scripted(works, (200, "", [(0.0, json.dumps(row).encode() + b"\n")])) as url:
        (ran,) = RemotePool(url, away_s=5.0).run([RIGHT], [""])
    assert ran.why == "answered"


class Cut:
    """A way to a service that is cut after so many bytes of each of its first answers."""

    def __init__(self, url: str, cuts: list[int]) -> None:
        self._service = url.removeprefix("http://").split(":")
        self._cuts = cuts
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection((self._service[0], int(self._service[1]))) as there:
            request = b""
            while b"\r\n\r\n" not in request:
                request += client.recv(1 << 16)
            is_judge = request.startswith(b"POST")
            there.sendall(request)
            left = self._cuts.pop(0) if is_judge and self._cuts else 1 << 30
            threading.Thread(target=_copy, args=(client, there), daemon=True).start()
            while left > 0 and (data := there.recv(1 << 16)):
                client.sendall(data[:left])
                left -= len(data)
            client.shutdown(socket.SHUT_RDWR)  # which closing does not do while another thread reads

    def close(self) -> None:
        self._listening.close()


def _copy(one: socket.socket, other: socket.socket) -> None:
    try:
        while data := one.recv(1 << 16):
            other.sendall(data)
    except OSError:
        return


def test_lost_connection_loses_and_repeats_nothing(url: str, process_pool: SandboxPool) -> None:
    cut = Cut(url, [0, 100, 700, 900])
    judged = process_pool.state().judged
    submissions = [Submission(ADD_ONE, Program(f"{RIGHT.source}  # lost {number}")) for number in range(20)]
    told: list[int] = []
    found = RemotePool(cut.url).judge(submissions, lambda index, _: told.append(index))
    cut.close()
    assert verdicts(found) == ["AC"] * 20
    assert sorted(told) == list(range(20))
    assert process_pool.state().judged == judged + 20


def test_importing_the_remote_pool_costs_no_ray() -> None:
    script = (
        "import sys; sys.modules['ray'] = None\n"
        "from deepcoder import CodeEnvironment, CodeReward, RemotePool, load_problems\nimport deepcoder.tools.grade\n"
        "RemotePool('http://127.0.0.1:1')"
    )
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[1], check=True)


def test_service_is_not_healthy_while_its_pool_is_gone(shared_ray: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "STATE_POLL_S", 0.05)

    def health_is(status: int) -> bool:
        return wait_until(lambda: requests.get(f"{address}/healthz", timeout=WAIT_S).status_code == status, WAIT_S)

    with SandboxPool(1, "process", name="comes-and-goes"):
        client = SandboxPool.attach("comes-and-goes")
        ours = Service(client, {"add_one": ADD_ONE})
    with closing(client), serving(ours) as address:
        assert health_is(503)
        with SandboxPool(1, "process", name="comes-and-goes"):
            assert health_is(200)
            answer = post(address, "/judge", {"submissions": [{"problem_id": "add_one", **RIGHT.to_row()}]})
            assert [row["verdict"] for row in lines(answer)] == ["AC"]


# Hostile clients


def test_token_is_asked_for(process_pool: SandboxPool) -> None:
    with serving(Service(process_pool, {}), TOKEN) as url:
        ping = url + "/v1/ping"
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic ?"}, {"Authorization": "é"}):
            given = {name: value.encode("latin-1") for name, value in headers.items()}
            assert requests.get(ping, headers=given, timeout=WAIT_S).status_code == 401
        for value in (f"Bearer {TOKEN}", TOKEN):
            assert requests.get(ping, headers={"Authorization": value}, timeout=WAIT_S).json() == "pong"
        assert requests.get(ping, auth=("anyone", TOKEN), timeout=WAIT_S).json() == "pong"
        assert requests.get(url + "/healthz", timeout=WAIT_S).status_code == 200


def test_token_may_look_like_a_quoted_one(process_pool: SandboxPool) -> None:
    with serving(Service(process_pool, {}), "50%2B") as url:
        sent = {"Authorization": "Bearer 50%2B"}
        assert requests.get(url + "/v1/ping", headers=sent, timeout=WAIT_S).json() == "pong"


def test_web_page_cannot_reach_a_service_without_a_token(url: str) -> None:
    assert requests.get(url + "/v1/ping", headers={"Host": "evil.example"}, timeout=WAIT_S).status_code == 403
    plain = requests.post(url + "/run_code", data=json.dumps({"code": ""}), timeout=WAIT_S)
    assert plain.status_code == 422


def test_large_body_is_refused(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_BYTES", 1000)
    assert post(url, "/run_code", {"code": "#" * 2000}).status_code == 413
    monkeypatch.setattr(guard, "BODIES_BYTES", 100)
    assert post(url, "/run_code", {"code": "#" * 200}).status_code == 504
    assert post(url, "/run", {"runs": [{"program": "#" * 200}]}).status_code == 429


def test_slow_clients_are_let_go(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "BODY_S", 0.2)
    monkeypatch.setattr(server, "HEAD_S", 0.2)
    host, port = url.removeprefix("http://").split(":")
    answers = []
    for said in (
        b"",
        b"POST /judge HTTP/1.1\r\nHo",
        b"POST /judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{",
    ):
        with socket.create_connection((host, int(port)), timeout=WAIT_S) as client:
            client.sendall(said)
            answers.append(b"".join(iter(lambda: client.recv(1000), b"")))
    assert answers[:2] == [b"", b""]
    assert answers[2].startswith(b"HTTP/1.1 408")


def test_what_is_no_http_is_refused(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=WAIT_S) as client:
        client.sendall(b"\x16\x03\x01\x00\x00 hello\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 400")
    for body in (b"{", b"[" * 100_000, b"\xff", b"[]"):
        answer = requests.post(url + "/run", data=body, headers={"Content-Type": "application/json"}, timeout=WAIT_S)
        assert 400 <= answer.status_code < 500, body[:20]


@pytest.mark.parametrize("ahead", [False, True])
def test_pool_that_does_not_answer_is_no_fault_of_the_request(
    ahead: bool, service: Service, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise ConnectionError("it starts again")

    monkeypatch.setattr(service.pool, "check", away)
    row = {"problem_id": "add_one", "program": "print(1)"}
    answer = post(url, "/judge", {"submissions": [row], "ahead": ahead})

    assert (answer.status_code, answer.json()) == (503, {"detail": "the pool does not answer: it starts again"})
