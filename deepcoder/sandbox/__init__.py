"""Places where untrusted programs run: one protocol, and one file per way to start a runner.

Runs: worker node.
"""

from deepcoder.sandbox.choice import SandboxConfig, resolve, start, sweep
from deepcoder.sandbox.client import Sandbox, Session
from deepcoder.sandbox.spare import Spare
from deepcoder.sandbox.stream import SandboxError, SandboxUnavailable

__all__ = [
    "Sandbox",
    "SandboxConfig",
    "SandboxError",
    "SandboxUnavailable",
    "Session",
    "Spare",
    "resolve",
    "start",
    "sweep",
]
