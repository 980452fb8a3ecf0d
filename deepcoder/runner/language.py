"""Say what a module of `languages/` has to define. `program.RUNNERS` finds the module of each language.

Runs: inside the sandbox. Each function of a module runs in the process that is named here.
"""

from __future__ import annotations

from typing import Any, Callable, Collection, Dict, Iterable, List, NoReturn, Protocol

from .channel import Order

Hooks = List[Dict[str, Callable[[], Any]]]  # what libraries gave to os.register_at_fork


class LanguageRunner(Protocol):
    """Do for the programs of one language what a module of `languages/` has to."""

    def libraries(self, texts: Collection[str]) -> set[str]:
        """Return the libraries that the keeper imports before a program of these texts runs. In the supervisor."""

    def prepare(self, hooks: Hooks) -> None:
        """Make what is the same for every program. In the keeper, before its first fork."""

    def rehearse(self) -> None:
        """Do what every program does, as far as it changes nothing. In the keeper."""

    def import_libraries(self, names: Iterable[str], hooks: Hooks) -> None:
        """Import libraries for the next programs. In the keeper."""

    def ready(self, order: Order) -> Callable[[str], NoReturn]:
        """Compile or load the code; return what executes it, given its scratch folder. In the program's process."""
