"""A client's connection to the pool's coordinator: found by the pool's name, and kept alive by heartbeats.

Runs: in every client of the pool.
"""

from __future__ import annotations

import logging
import threading
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import ray
from ray.actor import ActorHandle
from ray.exceptions import ActorDiedError, RayError

from deepcoder.pool import clusters
from deepcoder.pool.coordinator import Coordinator

log = logging.getLogger(__name__)

HEARTBEAT_S = 2.0  # between two heartbeats of a client
ANSWER_TIMEOUT_S = 15.0  # for the coordinator to answer a question about the pool


class Connection:
    """Reaches the coordinator of the pool that has this name. Several threads may use it.

    The mutable state: the coordinator, once it was found, and the languages that it named last.

    Args:
        pool: The pool's name.
        address: The cluster's; None for a pool that has not started.
        coordinator: For the process that has started the coordinator. The actor ends when this handle is gone.
    """

    def __init__(
        self,
        pool: str,
        address: clusters.Address | None = None,
        coordinator: ActorHandle[Coordinator] | None = None,
    ) -> None:
        self.client = uuid.uuid4().hex[:8]  # the name that the coordinator knows this client by
        self.is_closed = threading.Event()
        self._pool = pool
        self._address = address
        self._coordinator = coordinator
        self._has_started_it = coordinator is not None
        self._lock = threading.Lock()
        self._languages: dict[str, str] = {}
        if coordinator is not None:
            self._start_heartbeat()

    @property
    def is_open(self) -> bool:
        """Return whether the coordinator was found and the connection has not been closed since."""
        return self._coordinator is not None

    def coordinator(self) -> ActorHandle[Coordinator]:
        """Return the coordinator. The first call finds it by name, and joins its cluster if that is needed.

        Raises:
            ConnectionError: The cluster has no such pool, or does not answer.
        """
        with self._lock:
            if self._coordinator is None:
                if self._address is None:
                    raise RuntimeError("the pool is not started: use `with SandboxPool(...) as pool:`")
                clusters.rejoin(self._address)
                self._coordinator = self.find()
                self._start_heartbeat()
            return self._coordinator

    def find(self) -> ActorHandle[Coordinator]:
        """Look the coordinator up by the pool's name.

        Raises:
            ConnectionError: The cluster has no such pool.
        """
        try:
            return ray.get_actor(self._pool, namespace=clusters.NAMESPACE)
        except ValueError:
            raise ConnectionError(f"{self._pool} is gone, or was never on this cluster") from None

    def renew(self) -> None:
        """Find the coordinator again: a pool that was started anew under its name has another one.

        Raises:
            ConnectionError: The cluster has no such pool any more.
        """
        found = self.find()
        with self._lock:
            if self.is_open and not self._has_started_it:
                self._coordinator = found

    def ask(self, method: str) -> Any:
        """Return what the coordinator answers to the call of this method.

        Raises:
            ConnectionError: The cluster has no such pool.
            RayError: The coordinator does not answer for now.
        """
        try:
            return ray.get(getattr(self.coordinator(), method).remote(), timeout=ANSWER_TIMEOUT_S)
        except ActorDiedError:
            self.renew()
            return ray.get(getattr(self.coordinator(), method).remote(), timeout=ANSWER_TIMEOUT_S)

    def languages(self) -> dict[str, str]:
        """Return the languages of the pool's workers: their versions, by name; none before the first worker starts.

        A coordinator that Ray starts again has no worker yet. Its workers will have the languages of those before.

        Raises:
            ConnectionError: The pool is gone, or does not answer and has not answered before.
        """
        try:
            _, _, languages = self.ask("settings")
            self._languages = languages or self._languages
        except (RayError, ConnectionError) as error:
            if not self._languages:
                raise ConnectionError(f"{self._pool} does not say which languages it has: {error}") from error
        return self._languages

    def close(self) -> ActorHandle[Coordinator] | None:
        """End the heartbeat; return the coordinator if it was found."""
        self.is_closed.set()
        self._address = None
        coordinator, self._coordinator = self._coordinator, None
        return coordinator

    def _start_heartbeat(self) -> None:
        """Send heartbeats as long as this object exists: the coordinator drops the calls of a silent client."""
        arguments = (weakref.ref(self), self.is_closed)
        threading.Thread(target=_send_heartbeats, args=arguments, name="deepcoder-heartbeat", daemon=True).start()
        weakref.finalize(self, self.is_closed.set)

    def beat(self) -> None:
        """Send one heartbeat to the coordinator, if it was found."""
        coordinator: Any = self._coordinator
        if coordinator is not None:
            coordinator.beat.remote(self.client)


def _send_heartbeats(reference: Callable[[], Connection | None], is_closed: threading.Event) -> None:
    # A call without a Ray would start one: that is Ray's way.
    while not is_closed.wait(HEARTBEAT_S) and ray.is_initialized():
        connection = reference()
        if connection is None:
            return
        try:
            connection.beat()
        except Exception as error:  # Ray was shut down, or the actor is gone, for which Ray has no class
            log.debug("a heartbeat is lost: %s", error)
        del connection  # else it would exist as long as this thread
