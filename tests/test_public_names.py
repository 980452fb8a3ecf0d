"""The package's front door."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import deepcoder


@pytest.mark.parametrize("name", deepcoder.__all__)
def test_public_name_is_what_it_says(name: str) -> None:
    assert getattr(deepcoder, name).__name__ == name


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        deepcoder.nothing  # noqa: B018


def test_import_costs_none_of_the_heavy_packages() -> None:
    heavy = {"ray", "torch", "transformers", "trl", "docker", "datasets"}
    script = f"import sys, deepcoder; sys.exit(bool({heavy!r} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[1]).returncode == 0
