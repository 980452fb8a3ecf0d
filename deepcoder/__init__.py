"""deepcoder: the all-tests-pass reward for code models, judged in sandboxes on a Ray cluster.

The public names load when first used: importing the package costs neither Ray nor Docker nor torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deepcoder.datasets import DataError, load_problems
    from deepcoder.environment import CodeEnvironment
    from deepcoder.pool import SandboxPool, ShardedPool
    from deepcoder.problems import Limits, Mode, Problem, TestCase
    from deepcoder.programs import Program, extract
    from deepcoder.remote import RemotePool
    from deepcoder.reward import CodeReward, all_or_nothing
    from deepcoder.sandbox import SandboxConfig, SandboxError, SandboxUnavailable
    from deepcoder.verdicts import Judgement, Submission, Verdict

_HOMES = {
    "CodeEnvironment": "environment",
    "CodeReward": "reward",
    "DataError": "datasets",
    "Judgement": "verdicts",
    "Limits": "problems",
    "Mode": "problems",
    "Problem": "problems",
    "Program": "programs",
    "RemotePool": "remote",
    "SandboxConfig": "sandbox",
    "SandboxError": "sandbox",
    "SandboxPool": "pool",
    "SandboxUnavailable": "sandbox",
    "ShardedPool": "pool",
    "Submission": "verdicts",
    "TestCase": "problems",
    "Verdict": "verdicts",
    "all_or_nothing": "reward",
    "extract": "programs",
    "load_problems": "datasets",
}

__all__ = [
    "CodeEnvironment",
    "CodeReward",
    "DataError",
    "Judgement",
    "Limits",
    "Mode",
    "Problem",
    "Program",
    "RemotePool",
    "SandboxConfig",
    "SandboxError",
    "SandboxPool",
    "SandboxUnavailable",
    "ShardedPool",
    "Submission",
    "TestCase",
    "Verdict",
    "all_or_nothing",
    "extract",
    "load_problems",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
