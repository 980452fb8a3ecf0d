"""The files of a package, in a folder or in a zip: their names, and their contents on demand.

A name never leads out of the package, and nothing is unpacked. A link counts as what it leads to within the package.
"""

from __future__ import annotations

import functools
import os
import posixpath
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deepcoder.datasets.errors import DataError

MOST_FILES = 200_000  # of a zip or of a package
MOST_FILE_BYTES = 1 << 30
MOST_ZIP_BYTES = 4 << 30  # of all files of a zip together, unpacked
MOST_DEPTH = 16  # of folders in folders: a link to a folder above would have no end
_LINKS = 8  # that may follow each other


@dataclass(frozen=True)
class Tree:
    """The files of a package, or of a folder in it."""

    where: str  # for messages
    files: Mapping[str, Callable[[], bytes]]  # by relative names with slashes, in the order of the names' parts

    def __contains__(self, name: str) -> bool:
        return name in self.files

    def read(self, name: str) -> bytes:
        """Return the content of a file.

        Raises:
            DataError: It cannot be read, or is too large.
        """
        try:
            return self.files[name]()
        except KeyError:
            raise DataError(f"{self.where}: there is no {name}") from None
        except (OSError, RuntimeError, NotImplementedError, ValueError, zipfile.BadZipFile) as error:
            raise DataError(f"{self.where}/{name} cannot be read: {error}") from None

    def text(self, name: str) -> str:
        """Return the content of a file of text.

        Raises:
            DataError: It cannot be read, or is no UTF-8.
        """
        try:
            return self.read(name).decode("utf-8").removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise DataError(f"{self.where}/{name} is not UTF-8: {error}") from None

    def under(self, folder: str) -> Tree:
        """Return what is in a folder; nothing where there is no such folder."""
        start = f"{folder}/"
        found = {name.removeprefix(start): read for name, read in self.files.items() if name.startswith(start)}
        return Tree(f"{self.where}/{folder}", found)

    def entries(self) -> list[str]:
        """Return the names of the files and folders that are directly in this one."""
        return list(dict.fromkeys(name.partition("/")[0] for name in self.files))


def in_order(names: Iterator[str]) -> list[str]:
    """Return names of files folder by folder."""
    return sorted(names, key=lambda name: name.split("/"))


def of_folder(folder: Path) -> Tree:
    """Return the files of a folder.

    Raises:
        DataError: There are too many, or links lead in a circle.
    """
    root = folder.resolve()
    names: list[str] = []
    _walk(root, "", names, 0)
    return Tree(str(folder), {name: functools.partial(_read_file, root, name) for name in in_order(iter(names))})


def _walk(root: Path, folder: str, names: list[str], depth: int) -> None:
    if depth > MOST_DEPTH:
        raise DataError(f"{root}/{folder} is more than {MOST_DEPTH} folders deep: does a link lead in a circle?")
    with os.scandir(root / folder) as entries:
        for entry in entries:
            name = f"{folder}{entry.name}"
            if entry.name in (".git", "__pycache__"):
                continue
            if entry.is_dir() and (not entry.is_symlink() or _is_within(root, name)):
                _walk(root, f"{name}/", names, depth + 1)
            elif entry.is_file() or entry.is_symlink():
                names.append(name)
    if len(names) > MOST_FILES:
        raise DataError(f"{root} has more than {MOST_FILES:,} files")


def _is_within(root: Path, name: str) -> bool:
    return (root / name).resolve().is_relative_to(root)


def _read_file(root: Path, name: str) -> bytes:
    if not _is_within(root, name):
        raise OSError("it is a link that leads out of the package; put a copy in its place")
    path = (root / name).resolve()
    if path.stat().st_size > MOST_FILE_BYTES:
        raise OSError(f"it has more than {MOST_FILE_BYTES >> 20} MiB")
    return path.read_bytes()


@contextmanager
def of_zip(path: Path) -> Iterator[Tree]:
    """Have the files of a zip, while it is open.

    Raises:
        DataError: It is no zip, has too much in it, or a name in it leads out of it.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise DataError(f"{path} cannot be read as a zip: {error}") from None
    with archive:
        infos = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        for name in infos:
            if name.startswith("/") or "\\" in name or ".." in name.split("/") or "\0" in name:
                raise DataError(f"{path}: the name {name!r} in it leads out of it")
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos.values()) > MOST_ZIP_BYTES:
            raise DataError(f"{path} has more than {MOST_FILES:,} files, or more than {MOST_ZIP_BYTES >> 30} GiB")
        yield Tree(
            str(path), {name: functools.partial(_read_entry, archive, infos, name) for name in in_order(iter(infos))}
        )


def _read_entry(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    for _ in range(_LINKS):
        info = infos.get(name)
        if info is None:
            raise OSError("it is a link to no file of the zip")
        if info.file_size > MOST_FILE_BYTES:
            raise OSError(f"it has more than {MOST_FILE_BYTES >> 20} MiB")
        content = archive.read(info)  # at most so much as its entry says
        if not stat.S_ISLNK(info.external_attr >> 16):
            return content
        name = posixpath.normpath(posixpath.join(posixpath.dirname(name), content.decode("utf-8", "replace")))
    raise OSError("its links lead in a circle")
