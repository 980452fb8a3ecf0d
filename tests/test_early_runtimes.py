"""Runtimes that start while the run before theirs is at work: nothing but the time of a test may show it."""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from deepcoder import sandbox
from deepcoder.sandbox import Sandbox, SandboxConfig
from deepcoder.wire.limits import Limits, Mode
from deepcoder.wire.messages import Outcome, Task
from tests.conftest import need_language

# Each does what its input says. `age` prints whether its runtime started a fifth of a second ago.
JAVASCRIPT = """
const fs = require("fs");
const [what] = fs.readFileSync(0, "utf8").split("\\n");
if (what === "work") { const end = Date.now() + 250; while (Date.now() < end); console.log("worked"); }
if (what === "age") {
  const started = fs.readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[19] / 100;
  console.log(fs.readFileSync("/proc/uptime", "utf8").split(" ")[0] - started > 0.2);
}
if (what === "look") {
  console.log(fs.readdirSync(".").join(), __filename === `${process.cwd()}/main.js`, require.main === module);
  console.log(fs.readFileSync(__filename, "utf8").length, process.argv.length, process.execArgv.length);
}
if (what === "thread") {
  const { Worker } = require("worker_threads");
  const worker = new Worker("require('worker_threads').parentPort.postMessage(3)", { eval: true });
  worker.on("message", (message) => console.log(message));
}
if (what === "exit") process.exit(3);
if (what === "kill") process.kill(process.pid, "SIGSEGV");
if (what === "throw") throw new Error("thrown");
if (what === "loop") for (;;);
if (what === "sleep") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1e6);
if (what === "memory") { const held = []; for (;;) held.push(Buffer.alloc(1 << 24, 1)); }
if (what === "orphan") require("child_process").spawn("sleep", ["100"], { detached: true }).unref();
"""
JAVA = """
import java.nio.file.*;
import java.util.*;
public class Main {
  static String read(String path) throws Exception { return new String(Files.readAllBytes(Paths.get(path))); }
  public static void main(String[] arguments) throws Exception {
    String what = new Scanner(System.in).nextLine();
    if (what.equals("work")) {
      for (long end = System.nanoTime() + 250_000_000L; System.nanoTime() < end;);
      System.out.println("worked");
    }
    if (what.equals("age")) {
      double started = Double.parseDouble(read("/proc/self/stat").split("\\\\) ")[1].split(" ")[19]) / 100;
      System.out.println(Double.parseDouble(read("/proc/uptime").split(" ")[0]) - started > 0.2 ? "true" : "false");
    }
    if (what.equals("look")) {
      System.out.println(String.join(",", new java.io.File(".").list()) + " " + arguments.length);
      System.out.println(Thread.currentThread().getStackTrace().length);
    }
    if (what.equals("thread")) {
      Thread thread = new Thread(() -> System.out.println(new Other().three()));
      thread.start();
      thread.join();
    }
    if (what.equals("exit")) System.exit(3);
    if (what.equals("kill")) {
      new ProcessBuilder("kill", "-KILL", "" + ProcessHandle.current().pid()).start().waitFor();
      Thread.sleep(1000);
    }
    if (what.equals("throw")) throw new IllegalStateException("thrown");
    if (what.equals("loop")) for (;;);
    if (what.equals("sleep")) Thread.sleep(1_000_000);
    if (what.equals("memory")) { List<long[]> held = new ArrayList<>(); for (;;) held.add(new long[1 << 21]); }
    if (what.equals("orphan")) new ProcessBuilder("setsid", "sleep", "100").start();
  }
}
class Other { int three() { return 3; } }
"""
PYPY = """
import os, signal, sys, threading, time
what = input()
if what == "work":
    end = time.time() + 0.25
    while time.time() < end: pass
    print("worked")
if what == "age":
    started = int(open("/proc/self/stat").read().split(") ")[1].split()[19]) / 100
    print(str(float(open("/proc/uptime").read().split()[0]) - started > 0.2).lower())
if what == "look":
    print(os.listdir("."), __file__ == os.getcwd() + "/main.py", __name__, sys.argv, sys.path[0] == os.getcwd())
    print(len(open(__file__).read()))
if what == "thread":
    thread = threading.Thread(target=print, args=(3,))
    thread.start()
    thread.join()
if what == "exit": sys.exit(3)
if what == "kill": os.kill(os.getpid(), signal.SIGSEGV)
if what == "throw": raise ValueError("thrown")
if what == "loop":
    while True: pass
if what == "sleep": time.sleep(1000)
if what == "memory":
    held = []
    while True: held.append(bytearray(b"x") * (1 << 24))
if what == "orphan" and os.fork() == 0:
    os.setsid()
    os.close(1)
    os.close(2)
    time.sleep(100)
"""
SOURCES = {"javascript": JAVASCRIPT, "java": JAVA, "pypy": PYPY}
DEEDS = ["look", "thread", "exit", "kill", "throw", "loop", "sleep", "memory", "orphan"]
LIMITS = Limits(cpu_s=1.0, wall_s=2.0, memory_bytes=400 << 20)


@pytest.fixture(scope="module")
def starting(config_of_all_languages: SandboxConfig) -> Iterator[Sandbox]:
    """A sandbox with runtimes."""
    with closing(sandbox.start(config_of_all_languages)) as started:
        if not started.hello["own_uids"]:
            pytest.skip("with one user, nothing of a program may be there while another is at work")
        yield started


def task(started: Sandbox, language: str, source: str = "", **more: object) -> Task:
    """The task of a program that does what its input says."""
    need_language(started, language)
    return Task(source or SOURCES[language], Mode.STDIN, LIMITS, language=language, **more)  # type: ignore[arg-type]


def facts(outcome: Outcome) -> tuple[object, ...]:
    """What an outcome says, without the name of the scratch folder."""
    numberless = [re.sub(r"\d+", "", text) for text in (outcome.output.decode(), outcome.stderr)]
    return outcome.ended, outcome.exit_code, outcome.signal, outcome.signs, *numberless


@pytest.mark.parametrize("language", SOURCES)
@pytest.mark.parametrize("deed", DEEDS)
def test_run_is_the_same_early_or_not(starting: Sandbox, language: str, deed: str) -> None:
    of = task(starting, language)
    (usual,) = starting.outcomes(of, [f"{deed}\n".encode()])

    *_, early = starting.outcomes(of, [b"work\n", b"work\n", f"{deed}\n".encode()])

    if deed == "memory":  # the messages tell times and addresses
        assert facts(early)[:4] == facts(usual)[:4]
        assert early.peak_bytes == pytest.approx(usual.peak_bytes, rel=0.5)  # of a short run a look may miss the most
    else:
        assert facts(early) == facts(usual)
    assert early.cpu_s == pytest.approx(usual.cpu_s, rel=0.5, abs=0.25)


@pytest.mark.parametrize("language", SOURCES)
def test_runtime_starts_early_and_is_charged(starting: Sandbox, language: str) -> None:
    first, *rest = starting.outcomes(task(starting, language), [b"\n", *[b"work\n", b"age\n"] * 3])

    ages = rest[1::2]
    assert b"true\n" in [each.output for each in ages]  # this process may be too late with some, on a busy machine
    assert min(each.cpu_s for each in ages) > 0.6 * first.cpu_s


@pytest.mark.parametrize("language", SOURCES)
def test_runtime_ends_with_its_task(starting: Sandbox, language: str) -> None:
    of = dataclasses.replace(task(starting, language), limits=Limits())
    for count in (1, 2, 3):
        run = starting.outcomes(of, [b"work\n"] * 8)
        for _ in range(count):
            outcome = next(run)
            assert outcome.output == b"worked\n", outcome
        run.close()
    began = time.monotonic()

    (found,) = starting.outcomes(Task("print(3)", Mode.STDIN, Limits()), [b""])

    assert found.output == b"3\n"
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("solution.js", "console.log(require('path').basename(__filename))"),
        ("solution.mjs", "import { basename } from 'path'; console.log(basename(import.meta.url))"),
    ],
)
def test_entry_file_has_its_name(starting: Sandbox, name: str, source: str) -> None:
    outcomes = list(starting.outcomes(task(starting, "javascript", source, entry_file=name), [b""] * 4))
    assert [each.output.decode() for each in outcomes] == [f"{name}\n"] * 4


def test_program_of_several_files_starts_in_its_turn(starting: Sandbox) -> None:
    files = (("package.json", '{"type": "module"}'), ("three.js", "export default 3;"))
    of = task(starting, "javascript", "import three from './three.js'; console.log(three)", files=files)
    assert [each.output for each in starting.outcomes(of, [b""] * 4)] == [b"3\n"] * 4


def test_large_program_passes_its_gate(starting: Sandbox) -> None:
    of = task(starting, "javascript", f"console.log(3) // {'x' * 500_000}")
    assert [each.output for each in starting.outcomes(of, [b""] * 4)] == [b"3\n"] * 4
