"""Serve the page of a report while its runs go on, to browsers of this machine.

The page asks for `/version` every few seconds, and loads itself anew when the answer is no longer its own.
"""

from __future__ import annotations

import hashlib
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from deepcoder.datasets import DataError
from deepcoder.tools.report import graded, page, run

HOST = "127.0.0.1"
REST = 10  # after a page has been made, none is for so many times as long: training needs the CPU
REQUEST_S = 10.0  # for a request to come, and for its answer to be read
# Names that lead to this machine whatever a name server says. A site whose own name does could read the page otherwise.
LOCAL = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?", re.IGNORECASE)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}

Sources = Sequence[tuple[Path, str]]  # folders of runs and files of `grade`, each with its name


@dataclass(frozen=True)
class _Made:
    """Hold a page that was made."""

    version: str
    text: bytes
    rest_ends_s: float


class Live:
    """Hold the page about files that grow. Threads may share it: one makes the page, and the others wait for it.

    The mutable state: the page that was made last.
    """

    def __init__(self, sources: Sources, clock: Callable[[], float] = time.monotonic) -> None:
        self._sources = sources
        self._clock = clock
        self._lock = threading.Lock()
        self._made = _Made("", b"", -1.0)

    def version(self) -> str:
        """Return the version of the page that would be shown now. To ask costs little, however large the files are."""
        made = self._made
        return made.version if self._clock() < made.rest_ends_s else version(self._sources)

    def page(self) -> bytes:
        """Return the page, which is made anew where the files have changed."""
        with self._lock:
            # Asked before the files are read: what is written meanwhile makes another version, and is read then.
            wanted = self.version()
            if wanted != self._made.version:
                began_s = self._clock()
                text = html(self._sources, wanted).encode()
                now_s = self._clock()
                self._made = _Made(wanted, text, now_s + REST * (now_s - began_s))
            return self._made.text


def version(sources: Sources) -> str:
    """Return a text that is another one when a file of the sources has changed, or one has come or gone."""
    seen = [f"{path} {size} {changed_ns}" for path, size, changed_ns in _files(sources)]
    return hashlib.sha256("\n".join(seen).encode(errors="surrogateescape")).hexdigest()


def html(sources: Sources, version: str) -> str:
    """Return the page about what can be read of the sources, with a sentence about each that cannot be."""
    runs: list[run.Run] = []
    files: list[graded.Graded] = []
    missing = {}
    for path, name in sources:
        try:
            if path.is_file():
                files.append(graded.read(path, name))
            else:
                runs.append(run.read(path, name))
        except run.NothingJudgedError:
            missing[name] = "waiting for the first step"
        except DataError as error:
            missing[name] = str(error)
    return page.html(runs, files, page.Following(version, missing))


def is_local(host: str) -> bool:
    """Return whether the header `Host` of a request names this machine, at whatever port a tunnel begins."""
    return LOCAL.fullmatch(host) is not None


class Server(ThreadingHTTPServer):
    """Serve a page to this machine alone. It listens when it is made.

    Raises:
        OSError: It cannot listen at this port.
    """

    def __init__(self, live: Live, port: int) -> None:
        self.live = live
        super().__init__((HOST, port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong, unless the browser has merely left."""
        if not isinstance(sys.exception(), (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = REQUEST_S

    def do_GET(self) -> None:
        """Answer with the page, or with its version."""
        path = self.path.partition("?")[0]
        if not is_local(self.headers.get("Host", "")):
            self.send_error(HTTPStatus.FORBIDDEN, "Only localhost, 127.0.0.1 and [::1] may be asked for")
        elif path == "/":
            self._send("text/html; charset=utf-8", self.server.live.page())
        elif path == "/version":
            self._send("text/plain; charset=utf-8", self.server.live.version().encode())
        else:
            self.send_error(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET

    def _send(self, kind: str, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(content)), **HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Print nothing about requests."""


def _files(sources: Sources) -> Iterator[tuple[Path, int, int]]:
    """Yield the files that a page is made of: the path, the size, and when it was changed."""
    for source, _ in sources:
        for path in [source] if source.is_file() else sorted(source.glob("*.jsonl")):
            try:
                found = path.stat()
            except FileNotFoundError:  # it has just been removed or renamed
                continue
            yield path, found.st_size, found.st_mtime_ns
