"""Each room may import only from the rooms before it. The table is the architecture."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "deepcoder"

# Bottom to top: a room may import the rooms above it in this table, itself, and the third-party names on its line.
ROOMS: dict[str, set[str]] = {
    "wire": set(),
    "runner": set(),
    "lru": set(),
    "user_cache": set(),
    "own_languages": set(),
    "language_limits": set(),
    "program_files": set(),
    "jury_program": set(),
    "problems": set(),
    "completions": set(),
    "fence_marks": set(),
    "fences": set(),
    "programs": set(),
    "continuations": set(),
    "checkers": set(),
    "verdicts": set(),
    "sandbox": {"docker", "e2b", "requests"},
    "rulings": set(),
    "conversation": set(),
    "jury": set(),
    "ruled_tests": set(),
    "judge": set(),
    "runs": set(),
    "pool": {"ray"},
    "reward": set(),
    "environment": set(),
    "datasets": {"datasets", "fsspec", "pyarrow", "yaml"},
    "remote": set(),
    "integrations": {"aiohttp", "inspect_ai", "nemo_gym", "openenv", "pydantic", "verifiers"},
    "service": {"fastapi", "h11", "pydantic", "ray", "starlette", "uvicorn"},
    "models": {"torch", "transformers", "vllm"},
    "tools": {"jinja2", "markupsafe", "pygments", "rich", "typer"},
    "training": {
        "accelerate",
        "datasets",
        "matplotlib",
        "numpy",
        "rich",
        "tokenizers",
        "torch",
        "transformers",
        "trl",
        "yaml",
    },
    "__main__": set(),
}
ORDER = list(ROOMS)
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "attacks" not in path.parts)  # programs, not modules


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Full names of what a file imports, wherever in the file."""
    folder = ["deepcoder", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = folder[: len(folder) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


def violations(path: Path) -> list[str]:
    room = room_of(path)
    allowed = {*ORDER[: ORDER.index(room) + 1]}
    found = []
    for name in imports(path):
        root, _, rest = name.partition(".")
        if root == "deepcoder":
            if rest and rest.partition(".")[0] not in allowed:
                found.append(f"{name} is not before {room}")
        elif root not in sys.stdlib_module_names | ROOMS[room]:
            found.append(f"{name} is not for {room}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_imports_only_what_its_room_allows(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        pytest.skip("the package's own page of public names")
    assert violations(path) == []


def test_every_module_says_where_it_runs() -> None:
    for room in ORDER:
        page = PACKAGE / f"{room}.py" if (PACKAGE / f"{room}.py").exists() else PACKAGE / room / "__init__.py"
        docstring = ast.get_docstring(ast.parse(page.read_text(encoding="utf-8"))) or ""
        texts = [docstring, *(ast.get_docstring(ast.parse(p.read_text())) or "" for p in (PACKAGE / room).glob("*.py"))]
        assert any("Runs:" in text or "runs inside" in text for text in texts), room


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("runner", "import numpy"),
        ("runner", "from deepcoder import problems"),
        ("judge", "import ray"),
        ("judge", "from deepcoder.reward import CodeReward"),
        ("problems", "from deepcoder.pool import SandboxPool"),
    ],
)
def test_upward_and_foreign_imports_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: str, line: str
) -> None:
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    path = tmp_path / f"{room}.py"
    path.write_text(line)
    assert violations(path)


def test_module_missing_from_the_table_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    path = tmp_path / "utils.py"
    path.write_text("import os")
    with pytest.raises(ValueError, match="utils"):
        violations(path)
