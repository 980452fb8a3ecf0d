"""A sandbox that starts before it is needed, so that losing one costs no waiting.

Runs: worker node.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from deepcoder.sandbox.backends import SandboxConfig, resolve, start
from deepcoder.sandbox.client import Sandbox
from deepcoder.sandbox.stream import SandboxError

log = logging.getLogger(__name__)


class Spare:
    """Keep at most one sandbox in waiting, which starts in a thread of its own.

    The mutable state: that sandbox, or the attempt to start it.
    """

    def __init__(self, config: SandboxConfig, prove: Callable[[Sandbox], None]) -> None:
        """Have no sandbox yet. `prove` raises SandboxError where a sandbox that has started does not work."""
        self._config = config
        self._prove = prove
        self._thread = ThreadPoolExecutor(1)
        self._coming: Future[Sandbox] | None = None

    def prepare(self) -> None:
        """Begin to start a sandbox, unless there is one already or the backend starts too fast to need one."""
        if self._coming is None and resolve(self._config).backend.has_spare:
            self._coming = self._thread.submit(start, self._config)

    def take(self) -> Sandbox:
        """Return the sandbox in waiting, else a new one. Either has proved itself now.

        Raises:
            SandboxError: It did not start, or does not work.
        """
        coming, self._coming = self._coming, None
        if coming is not None:
            try:
                return self._proven(coming.result())
            except SandboxError as error:  # it did not start, or was lost while it waited
                log.info("the spare sandbox is unusable: %s", error)
        return self._proven(start(self._config))

    def _proven(self, sandbox: Sandbox) -> Sandbox:
        try:
            self._prove(sandbox)
        except BaseException:
            sandbox.close()
            raise
        return sandbox

    def close(self) -> None:
        """End the sandbox in waiting."""
        coming, self._coming = self._coming, None
        if coming is not None and coming.exception() is None:
            coming.result().close()
