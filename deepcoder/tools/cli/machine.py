"""The check of this machine that `deepcoder doctor` without problems makes: one program through each part."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
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


def machine_is_well() -> bool:
    """Try every kind of sandbox and a pool, and print what works; training needs a pool and one kind of sandbox."""
    well = {kind: _works(f"{kind} sandbox", partial(_try_sandbox, kind)) for kind in BACKENDS}
    usable = [kind for kind in ISOLATING if well[kind]]
    return bool(usable) and _works("Ray and a pool of two workers", partial(_try_pool, usable[0]))


def _works(what: str, attempt: Callable[[], str]) -> bool:
    try:
        answer = attempt()
    except (SandboxError, ConnectionError) as error:
        out.print(f"[red]✗[/] {what}: {escape(str(error))}")
        return False
    out.print(f"[green]✓[/] {what}: {escape(answer)}")
    return True


def _try_sandbox(kind: str) -> str:
    with closing(sandboxes.start(SandboxConfig(kind=kind))) as started:
        judgement = judge(Submission(SELF_TEST, Program("print(int(input()) + 1)")), started)
        if judgement.verdict is not Verdict.AC:
            raise SandboxError(f"a right program was judged {judgement.verdict}: {judgement.detail}")
        users = "a user of its own for each program" if started.hello["own_uids"] else "one user for all programs"
        isolation = "" if started.is_isolated else ", no isolation: for programs that you trust"
        return f"Python {started.languages['python']}, {users}{isolation}"


def _try_pool(kind: str) -> str:
    with SandboxPool(workers=2, sandbox=kind) as pool:
        trouble = self_test(pool)
        if trouble:
            raise SandboxError(trouble)
        return f"{pool.state()}"
