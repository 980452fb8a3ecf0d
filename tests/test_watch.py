"""`deepcoder watch`: when the page is made anew, what it says of runs that are not whole, and who may ask for it."""

from __future__ import annotations

import http.client
import shutil
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from deepcoder.tools.cli.app import main
from deepcoder.tools.report import live
from deepcoder.tools.report.live import HOST, Live, Server, is_local, version
from deepcoder.verdicts import Verdict
from tests.report_cases import add_step, line, write_graded, write_run

WAITS = "waiting for the first step"


@contextmanager
def served(*sources: Path) -> Iterator[int]:
    """Serve the page about these, and yield the port. The clock stands still, so that no page is made too early."""
    page = Live([(path, path.name) for path in sources], clock=lambda: 0.0)
    with Server(page, 0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def ask(port: int, path: str = "/", method: str = "GET", host: str | None = "localhost") -> tuple[int, str]:
    """Return the status and the text of an answer; with None for the host, the request names none."""
    with closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
        connection.putrequest(method, path, skip_host=True)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def watch(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int | str | None:
    """Run the command, and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["deepcoder", "watch", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


# When a page is made


def test_version_is_another_when_a_file_grows_or_comes_or_goes(tmp_path: Path) -> None:
    folder, file = write_run(tmp_path / "run", 2), write_graded(tmp_path / "graded.jsonl")
    sources = [(folder, "run"), (file, "graded.jsonl")]
    seen = [version(sources)]
    (folder / "reward.png").write_text("no part of the page")
    assert version(sources) == seen[0]

    add_step(folder, 2)
    seen.append(version(sources))
    (folder / "judgements_1.jsonl").write_text(line("x/1", Verdict.AC, step=2))
    seen.append(version(sources))
    (folder / "answers.jsonl").unlink()
    seen.append(version(sources))
    file.unlink()
    seen.append(version(sources))
    shutil.rmtree(folder)
    seen.append(version(sources))
    assert len(set(seen)) == len(seen)


def test_page_is_made_once_for_each_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def counted(sources: live.Sources, version: str) -> str:
        made.append(version)
        return str(len(made))

    monkeypatch.setattr(live, "html", counted)
    folder = write_run(tmp_path / "run", 2)
    page = Live([(folder, "run")], clock=lambda: 0.0)

    assert [page.page() for _ in range(10)] == [b"1"] * 10
    add_step(folder, 2)
    assert [page.page() for _ in range(10)] == [b"2"] * 10
    assert made[-1] == page.version() == version([(folder, "run")])


def test_page_that_takes_long_is_made_rarely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, made = [100.0], []

    def slow(sources: live.Sources, version: str) -> str:
        made.append(version)
        now_s[0] += 3
        return version

    monkeypatch.setattr(live, "html", slow)
    folder = write_run(tmp_path / "run", 2)
    page = Live([(folder, "run")], clock=lambda: now_s[0])
    page.page()
    add_step(folder, 2)

    now_s[0] += live.REST * 3 - 1
    assert (page.version(), page.page().decode(), len(made)) == (made[0], made[0], 1)  # no browser asks for more
    now_s[0] += 1
    assert page.version() != made[0]
    assert page.page().decode() == page.version() == made[1]


# What is seen


def test_page_shows_the_steps_that_a_run_adds(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", 3)
    with served(folder) as port:
        for last in (3, 4):
            status, text = ask(port)
            assert status == 200 and f"Reward, over steps 1 to {last}" in text and WAITS not in text
            assert f'<meta name="version" content="{ask(port, "/version")[1]}">' in text
            add_step(folder, last)
            assert ask(port, "/version")[1] not in text


def test_run_is_followed_from_before_its_first_step_and_when_it_begins_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with served(folder) as port:
        assert f"run: {WAITS}" in ask(port)[1]
        whole = line("x/1", Verdict.AC, step=0)
        (folder / "judgements.jsonl").write_text(whole[:-9])  # half-written
        assert f"run: {WAITS}" in ask(port)[1]
        (folder / "judgements.jsonl").write_text(whole + whole[:-9])
        assert WAITS not in (text := ask(port)[1]) and "over steps 1 to 1" in text
        (folder / "judgements.jsonl").write_text("{\n" + whole)
        assert "judgements.jsonl, line 1: not JSON" in ask(port)[1]
        shutil.rmtree(folder)
        assert f"run: {WAITS}" in ask(port)[1]
        write_run(folder, 2)
        assert "Reward, over steps 1 to 2" in ask(port)[1]


def test_run_without_a_step_does_not_hide_the_others(tmp_path: Path) -> None:
    one, file, empty = write_run(tmp_path / "one", 2), write_graded(tmp_path / "g.jsonl"), tmp_path / "empty"
    empty.mkdir()
    with served(empty, one, file) as port:
        text = ask(port)[1]
    assert "<h1>one · g.jsonl · empty</h1>" in text
    assert f"empty: {WAITS}" in text and "pass@k" in text and "Reward, over steps 1 to 2" in text


# Who may ask


@pytest.mark.parametrize(
    ("host", "is_ours"),
    [
        *((each, True) for each in ("localhost", "LOCALHOST:8090", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8090")),
        *((each, False) for each in ("", "evil.example", "evil.example:8090", "localhost.evil.example", "127.0.0.2")),
        *((each, False) for each in ("localhost:", "localhost:8090:1", "localhost\n", "::1", "0.0.0.0")),
    ],
)
def test_only_names_of_this_machine_are_local(host: str, is_ours: bool) -> None:
    assert is_local(host) is is_ours


def test_only_requests_that_read_and_name_this_machine_are_answered(tmp_path: Path) -> None:
    with served(write_run(tmp_path / "run", 2, "a secret problem")) as port:
        assert "a secret problem" in ask(port, "/?again")[1]
        assert ask(port, method="HEAD") == (200, "")
        for path in ("/", "/version"):
            for host in ("evil.example", None):
                status, text = ask(port, path, host=host)
                assert status == 403 and "a secret problem" not in text
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            assert ask(port, method=method)[0] == 501
        assert ask(port, "/judgements.jsonl")[0] == 404


def test_page_cannot_be_framed_or_kept(tmp_path: Path) -> None:
    with served(tmp_path) as port, closing(http.client.HTTPConnection(HOST, port, timeout=30)) as connection:
        connection.request("GET", "/")
        answer = connection.getresponse()
        answer.read()
    assert {name: answer.headers[name] for name in live.HEADERS} == live.HEADERS


# The command


def test_command_says_where_the_page_is_and_ends_at_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: Server) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", interrupted)
    assert watch(monkeypatch, tmp_path, "--port", "0") == 0
    said = capsys.readouterr()
    assert said.out.startswith(f"http://{HOST}:") and said.out.count("\n") == 1 and said.err == ""


def test_missing_folder_and_taken_port_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        cases: Sequence[tuple[Sequence[object], str]] = (
            ([tmp_path / "nowhere"], "nowhere does not exist"),
            ([tmp_path, "--port", port], f"cannot listen at {HOST}:{port}: Address already in use"),
        )
        for arguments, said in cases:
            assert watch(monkeypatch, *arguments) == 2
            err = capsys.readouterr().err
            assert said in err and err.count("\n") == 1
