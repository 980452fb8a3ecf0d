"""`deepcoder serve`: offer a pool over HTTP."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Annotated

import typer

from deepcoder.datasets.selection import Selection
from deepcoder.problems import by_id
from deepcoder.sandbox import AUTO, SandboxConfig
from deepcoder.tools.cli.options import (
    DEFAULT_TIME_LIMIT_S,
    Image,
    Languages,
    MaxTests,
    Pool,
    Resource,
    Sandbox,
    TimeLimit,
    UserError,
    Workers,
    pool_for,
    user_errors,
)
from deepcoder.tools.console import out

MEMORY_BYTES = SandboxConfig().memory_bytes


class Allowed(StrEnum):
    """Name what requests may ask for that they may not by default."""

    CODE = "code"


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at; one of another machine's needs a token.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8080,
    token: Annotated[
        str, typer.Option(envvar="DEEPCODER_TOKEN", help="What clients must send.", show_default=False)
    ] = "",
    data: Annotated[
        list[str] | None, typer.Option(help="Problems that requests may name by id, as for `grade --problems`.")
    ] = None,
    allow: Annotated[
        list[Allowed] | None, typer.Option(help="code: clients' problems may bring checkers, and tests that are code.")
    ] = None,
    pool: Pool = "",
    sandbox: Sandbox = AUTO,
    workers: Workers = None,
    image: Image = SandboxConfig.image,
    resource: Resource = "",
    languages: Languages = None,
    time_limit: TimeLimit = DEFAULT_TIME_LIMIT_S,
    max_tests: MaxTests = None,
) -> None:
    """Offer a pool over HTTP until Ctrl-C: to judge and to run, by our own contract and by SandboxFusion's."""
    if not token and not _is_loopback(host):
        raise UserError(f"--host {host} can be reached from other machines: set --token, or DEEPCODER_TOKEN")
    try:
        from deepcoder.service import app, server
        from deepcoder.service.service import Service
    except ImportError:
        raise UserError("`deepcoder serve` needs `pip install '.[serve]'` in a checkout") from None
    selection = Selection(max_tests, time_limit)
    with user_errors():
        problems = by_id(problem for source in data or () for problem in selection.load(source))
    with pool_for([*problems.values()], sandbox, image, workers, resource, pool, MEMORY_BYTES) as started:
        with user_errors():
            started.check_limits(problems.values())
        try:
            listening = server.bound(host, port)
        except OSError as error:
            raise UserError(f"cannot listen at {host}:{port}: {error.strerror}") from None
        service = Service(started, problems, Allowed.CODE in (allow or ()))
        name = f"[{host}]" if ":" in host else host
        out.print(f"http://{name}:{listening.getsockname()[1]} offers {started!r}", markup=False, soft_wrap=True)
        server.server(app.application(service, token)).run(sockets=[listening])


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
