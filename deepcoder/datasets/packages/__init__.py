"""Problem packages: folders or zips with a problem, its tests, its validators and its jury's programs.

    tree.py        the files of a folder or a zip
    package.py     what a package gives
    icpc.py        the format of ICPC and Kattis, in all its versions
    icpc_tests.py  the tests of that format
    polygon.py     the format of Polygon
    programs.py    languages and files of the programs in a package
    labels.py      the verdicts that a jury expects
    statement.py   statements as rough text

A new format is a file here with a function as `FORMATS` has it, and a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deepcoder.datasets.errors import DataError, Unusable
from deepcoder.datasets.packages import icpc, polygon, tree
from deepcoder.datasets.packages.package import JurySubmission, Package, TimeRule
from deepcoder.datasets.packages.tree import Tree
from deepcoder.problems import Limits

__all__ = ["JurySubmission", "Package", "TimeRule", "is_source", "read_packages"]

_ZIPS = (".zip", ".kpp")
MOST_LEVELS = 5  # of folders above a package


# By the file that marks a folder as a package. The first format whose mark is there reads the folder.
FORMATS: dict[str, Callable[[Tree, Limits], Package]] = {
    polygon.PROBLEM_XML: polygon.package,
    icpc.PROBLEM_YAML: icpc.package,
}


def is_source(path: Path) -> bool:
    """Return whether a path is a package, or holds some."""
    return (path.suffix in _ZIPS and path.is_file()) or (path.is_dir() and next(_places(path), None) is not None)


def read_packages(path: Path, limits: Limits = Limits()) -> Iterator[Package | Unusable]:  # noqa: B008
    """Yield each package of a folder or a zip, or why it cannot be used.

    Raises:
        DataError: The path holds no package.
    """
    is_empty = True
    for place in _places(path) if path.is_dir() else iter([path]):
        try:
            with _trees(place) as trees:
                for found, root in trees:
                    is_empty = False
                    yield _read(found, _name(place, path, root, len(trees)), limits)
        except DataError as error:  # of a folder or a zip as a whole
            is_empty = False
            yield Unusable(str(place), str(error))
    if is_empty:
        raise DataError(f"{path} holds no problem package: no folder in it has a {' or a '.join(FORMATS)}")


def _places(path: Path, level: int = 0) -> Iterator[Path]:
    """Yield the folders that are packages, and the zips, in the order of their names."""
    if any((path / mark).is_file() for mark in FORMATS):
        yield path
    elif level <= MOST_LEVELS:
        for each in sorted(path.iterdir()):
            if each.is_dir() and not each.name.startswith("."):
                yield from _places(each, level + 1)
            elif each.suffix in _ZIPS and each.is_file():
                yield each


@contextmanager
def _trees(place: Path) -> Iterator[list[tuple[Tree, str]]]:
    """Have the packages of a folder or a zip, each with its folder there."""
    if place.is_dir():
        yield [(tree.of_folder(place), "")]
        return
    with tree.of_zip(place) as whole:
        names = [name.rpartition("/")[0] for name in whole.files if name.rpartition("/")[2] in FORMATS]
        roots = [name for name in dict.fromkeys(names) if not any(_is_below(name, each) for each in names)]
        yield [(whole.package(root) if root else whole, root) for root in roots]


def _name(place: Path, source: Path, root: str, packages_there: int) -> str:
    """Return the name of a package: of its folder, and where there are others, with the zip and the folders above."""
    name = root if packages_there > 1 else root.rpartition("/")[2]
    if place == source:
        return name or (place.resolve().name if place.is_dir() else place.stem)
    above = place.relative_to(source).with_suffix("") if place.is_file() else place.relative_to(source)
    return above.as_posix() if name in ("", above.name) else f"{above.as_posix()}/{name}"


def _is_below(name: str, other: str) -> bool:
    return name != other and (other == "" or name.startswith(f"{other}/"))


def _read(found: Tree, name: str, limits: Limits) -> Package | Unusable:
    try:
        package = next(FORMATS[mark] for mark in FORMATS if mark in found)
        return package(found, limits).named(name, found.where)
    except ValueError as error:  # of a DataError, too
        return Unusable(found.where, str(error))
    except (LookupError, TypeError, ArithmeticError, RecursionError) as error:
        return Unusable(found.where, f"{found.where}: a setting is not what the format says: {error!r}")
