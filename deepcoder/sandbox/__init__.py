"""Places where untrusted programs run: one protocol, and one file per way to start a runner.

Runs: worker node.
"""

from deepcoder.sandbox.backends import AUTO, BACKENDS, ISOLATING, KINDS, SandboxConfig, resolve, start, sweep
from deepcoder.sandbox.client import Sandbox, StepwiseTask
from deepcoder.sandbox.spare import Spare
from deepcoder.sandbox.stream import SandboxError, SandboxLost, SandboxUnavailable

__all__ = [
    "AUTO",
    "BACKENDS",
    "ISOLATING",
    "KINDS",
    "Sandbox",
    "SandboxConfig",
    "SandboxError",
    "SandboxLost",
    "SandboxUnavailable",
    "StepwiseTask",
    "Spare",
    "resolve",
    "start",
    "sweep",
]
