"""Places where untrusted programs run: one protocol, and one file per way to start a runner.

Runs: worker node.
"""

from deepcoder.sandbox.base import Sandbox, SandboxError, SandboxUnavailable
from deepcoder.sandbox.choice import SandboxConfig, resolve, start, sweep
from deepcoder.sandbox.spare import Spare

__all__ = ["Sandbox", "SandboxConfig", "SandboxError", "SandboxUnavailable", "Spare", "resolve", "start", "sweep"]
