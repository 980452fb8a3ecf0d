"""The check of this machine that `deepcoder doctor` without problems makes: one program through each part."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from rich.markup import escape

from deepcoder import sandbox as sandboxes
from deepcoder.judge import judge
from deepcoder.pool import SandboxPool
from deepcoder.programs import Program
from deepcoder.sandbox import BACKENDS, ISOLATING, SandboxConfig, SandboxError
from deepcoder.tools.console import out
from deepcoder.tools.doctor import SELF_TEST, self_test
from deepcoder.verdicts import Submission, Verdict

PODMAN = "Podman"


@dataclass(frozen=True)
class Way:
    """Say one way to have sandboxes."""

    name: str
    config: SandboxConfig
    isolation: str


WAYS = (
    *(Way(f"{each.name} sandbox", SandboxConfig(each.name), each.isolation) for each in BACKENDS.values()),
    Way(
        "docker sandbox with the runtime runsc",
        SandboxConfig("docker", runtime="runsc"),
        "a read-only image, and a kernel of its own in user space",
    ),
)


def machine_is_well() -> bool:
    """Try every way to have sandboxes, and a pool; print what works. Training needs a pool and one kind of sandbox."""
    well = {each: _works(each.name, partial(_try_sandbox, each)) for each in WAYS}
    if hint := podman_hint(_about("docker"), bool(shutil.which("podman"))):
        out.print(f"[red]✗[/] {escape(hint)}")
    usable = [each.config.kind for each, works in well.items() if works and each.config.kind in ISOLATING]
    return bool(usable) and _works("Ray and a pool of two workers", partial(_try_pool, usable[0]))


def podman_hint(engine: str, is_installed: bool) -> str:
    """Return what to do for sandboxes on Podman, where it is installed and another engine answers, or none."""
    if not is_installed or engine.startswith(PODMAN):
        return ""
    return "podman: DOCKER_HOST does not name its service: start that, and name it there (docs/security.md, Podman)"


def _works(what: str, attempt: Callable[[], str]) -> bool:
    try:
        answer = attempt()
    except (SandboxError, ConnectionError) as error:
        out.print(f"[red]✗[/] {what}: {escape(str(error))}")
        return False
    out.print(f"[green]✓[/] {what}: {escape(answer)}")
    return True


def _about(kind: str) -> str:
    """Return the name and the version of what isolates; empty where it is not here."""
    try:
        return BACKENDS[kind].load().about()
    except SandboxError:
        return ""


def _try_sandbox(way: Way) -> str:
    with closing(sandboxes.start(way.config)) as started:
        judgement = judge(Submission(SELF_TEST, Program("print(int(input()) + 1)")), started)
        if judgement.verdict is not Verdict.AC:
            raise SandboxError(f"a right program was judged {judgement.verdict}: {judgement.detail}")
        users = "a user of its own for each program" if started.hello["own_uids"] else "one user for all programs"
        python = f"Python {started.languages['python']}"
    return f"{_about(way.config.kind)}; {python}. Isolation: {way.isolation}; {users}"


def _try_pool(kind: str) -> str:
    with SandboxPool(workers=2, sandbox=kind) as pool:
        trouble = self_test(pool)
        if trouble:
            raise SandboxError(trouble)
        return f"{pool.state()}"
