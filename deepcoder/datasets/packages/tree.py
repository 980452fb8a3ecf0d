"""The files of a package, in a folder or in a zip: their names, and their contents on demand.

A name never leads out of the package, and nothing is unpacked. A link counts as what it leads to within the package.
What one that leads to nothing there is meant to be is unknown: it is listed as a file and as a folder, and reading
either fails.

As the formats say, files and folders whose names begin with a dot are not there, but for `.timelimit`.
"""

from __future__ import annotations

import bisect
import functools
import os
import posixpath
import stat
import zipfile
import zlib
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
_LINK_BYTES = 4096  # of the name that a link in a zip leads to
_UNREADABLE = (OSError, RuntimeError, NotImplementedError, ValueError, EOFError, zipfile.BadZipFile, zlib.error)


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
        except _UNREADABLE as error:
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
        """Return what is in a folder; nothing where there is no such folder.

        Raises:
            DataError: A link above it or in it leads to nothing in the package, so files may be missing.
        """
        start = f"{folder}/"
        for name in self.files:
            if name.endswith("/") and (name.startswith(start) or start.startswith(name)):
                self.read(name.removesuffix("/"))
        return self.package(folder)

    def package(self, folder: str) -> Tree:
        """Return the package in a folder. Its links are looked at where a part of it is asked for."""
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
            if not _counts(entry.name):
                continue
            if os.path.isdir(entry.path) and (not entry.is_symlink() or _is_within(root, name)):
                _walk(root, f"{name}/", names, depth + 1)
            elif os.path.isfile(entry.path):
                names.append(name)
            elif entry.is_symlink():
                names += [name, f"{name}/"]
    if len(names) > MOST_FILES:
        raise DataError(f"{root} has more than {MOST_FILES:,} files")


def _counts(part: str) -> bool:
    """Return whether a file or a folder of this name is there for a judge."""
    return part == ".timelimit" or not (part.startswith(".") or part == "__pycache__")


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
        files = _with_linked(archive, infos)
        names = in_order(name for name in files if all(map(_counts, name.split("/"))))
        yield Tree(str(path), {name: functools.partial(_read_entry, archive, files, name) for name in names})


def _with_linked(archive: zipfile.ZipFile, infos: Mapping[str, zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by their names, and by those that they have below links to folders.

    Raises:
        DataError: Such links lead in a circle, or give too many names.
    """
    targets = {name: _target(archive, info) for name, info in infos.items() if _is_link(info)}
    for _ in range(_LINKS):  # a link may lead to a link
        targets = {name: targets.get(target, target) for name, target in targets.items()}
    files, folders = dict(infos), set()
    for _ in range(_LINKS):  # what a link leads to may have links in it
        names = sorted(files)
        for link, target in targets.items():
            start = "" if target == "." else f"{target}/"
            for at in range(bisect.bisect_left(names, start), len(names)):
                if not names[at].startswith(start):
                    break
                files[f"{link}/{names[at].removeprefix(start)}"] = files[names[at]]
                folders.add(link)
            if len(files) > MOST_FILES:
                raise DataError(f"{archive.filename} has more than {MOST_FILES:,} files, with those below links")
        if len(files) == len(names):
            break
    else:
        raise DataError(f"{archive.filename}: links to folders in it lead in a circle")
    for name, info in list(files.items()):
        if info.filename in folders:
            del files[name]
        elif _is_link(info) and (targets[info.filename] in targets or targets[info.filename] not in files):
            files[f"{name}/"] = info
    return files


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _target(archive: zipfile.ZipFile, link: zipfile.ZipInfo) -> str:
    """Return the name that a link leads to; one that no file has where it cannot be read."""
    try:
        content = archive.read(link).decode("utf-8") if link.file_size <= _LINK_BYTES else "/"
    except _UNREADABLE:
        content = "/"
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.filename), content))


def _read_entry(archive: zipfile.ZipFile, files: Mapping[str, zipfile.ZipInfo], name: str) -> bytes:
    for _ in range(_LINKS):
        info = files.get(name)
        if info is None:
            raise OSError("it is a link that leads out of the zip, or to nothing in it")
        if info.file_size > MOST_FILE_BYTES:
            raise OSError(f"it has more than {MOST_FILE_BYTES >> 20} MiB")
        if not _is_link(info):
            return archive.read(info)  # at most so much as its entry says
        name = _target(archive, info)
    raise OSError("its links lead in a circle")
