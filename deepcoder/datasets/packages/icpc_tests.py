"""The tests of a package of ICPC and Kattis: `data/sample` and `data/secret`, in groups with settings of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.packages.tree import Tree

_PARTS = ("sample", "secret")
_GROUP_FILES = ("testdata.yaml", "test_group.yaml")
_FLAGS = ("output_validator_flags", "output_validator_args")
_NAMED = 3  # tests that a note names


@dataclass(frozen=True)
class Test:
    """One test, and the flags that the validator gets for it behind those of the problem."""

    __test__ = False  # pytest would collect a class of this name

    name: str  # sample/1
    input: str
    output: str
    flags: tuple[str, ...]


def mapping(tree: Tree, name: str, fill_in: Callable[[str], str] = str) -> dict[str, Any]:
    """Return the content of a YAML file that holds an object, or nothing.

    Raises:
        DataError: It holds something else.
    """
    try:
        content = yaml.safe_load(fill_in(tree.text(name)))
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # a date may have no such day
        if isinstance(error, DataError):
            raise
        raise DataError(f"{tree.where}/{name} is not YAML: {' '.join(str(error).split())}") from None
    if content is not None and not isinstance(content, dict):
        raise DataError(f"{tree.where}/{name} must hold names and values")
    return content or {}


def words(value: Any) -> tuple[str, ...]:
    """Return the words of a setting, which is text or a list, or an object with those that hold."""
    if isinstance(value, Mapping):
        value = [name for name, holds in value.items() if holds is not False]
    return tuple(map(str, value)) if isinstance(value, list) else tuple(str(value).split()) if value is not None else ()


def read(data: Tree, fill_in: Callable[[str], str]) -> tuple[list[Test], list[str]]:
    """Return the tests in the order of their names, each once, and notes about those that are missing.

    Raises:
        DataError: There are none, or programs would need files or arguments.
    """
    tests: dict[tuple[str, str, tuple[str, ...]], Test] = {}
    groups: dict[str, Mapping[str, Any]] = {}
    unanswered = []
    with_files = {name.partition(".files/")[0] for name in data.files if ".files/" in name}
    for name in data.files:
        base = name.removesuffix(".in")
        if base == name or name.partition("/")[0] not in _PARTS:
            continue
        settings = _settings(data, base, groups, fill_in)
        if settings.get("args") or base in with_files:
            raise DataError(f"{data.where}/{name}: its program gets files or arguments, and can only be given an input")
        if f"{base}.ans" not in data:  # a validator gets it, too
            unanswered.append(base)
            continue
        test = Test(base, data.text(name), data.text(f"{base}.ans"), _flags(settings))
        tests.setdefault((test.input, test.output, test.flags), test)
    if not tests:
        missing = f", but {len(unanswered)} inputs without answers (.ans)" if unanswered else ""
        raise DataError(f"{data.where} has no tests{missing}: run the package's generators first")
    return list(tests.values()), [*_missing(unanswered), *_without_secret(list(tests.values()))]


def _missing(unanswered: list[str]) -> list[str]:
    if not unanswered:
        return []
    some = ", ".join(unanswered[:_NAMED]) + (", ..." if len(unanswered) > _NAMED else "")
    return [f"{len(unanswered)} inputs have no answer, and are left out ({some})"]


def _without_secret(tests: list[Test]) -> list[str]:
    if any(not test.name.startswith("sample/") for test in tests):
        return []
    return ["only samples are there, no secret tests: run the package's generators first"]


def _flags(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the flags for the validator, which the legacy format may have beside its name."""
    given = next((settings[name] for name in _FLAGS if name in settings), None)
    return words(given.get("flags") if isinstance(given, Mapping) else given)


def _settings(
    data: Tree, base: str, groups: dict[str, Mapping[str, Any]], fill_in: Callable[[str], str]
) -> Mapping[str, Any]:
    """Return the settings of a test: those of its groups from the outermost in, then its own."""
    own = mapping(data, f"{base}.yaml", fill_in) if f"{base}.yaml" in data else {}
    return {**_of_group(data, base.rpartition("/")[0], groups, fill_in), **own}


def _of_group(
    data: Tree, folder: str, groups: dict[str, Mapping[str, Any]], fill_in: Callable[[str], str]
) -> Mapping[str, Any]:
    if folder not in groups:
        outer = _of_group(data, folder.rpartition("/")[0], groups, fill_in) if folder else {}
        names = [f"{folder}/{each}" if folder else each for each in _GROUP_FILES]
        own = next((mapping(data, name, fill_in) for name in names if name in data), {})
        groups[folder] = {**outer, **own}
    return groups[folder]
