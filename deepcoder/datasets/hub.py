"""Data sets of the Hub: their short names, and their rows; and the names of the sets that are shipped.

A source is `owner/name` or a short name, and may end with `:config` and `@split`. Two of the sets are loading scripts,
which the `datasets` package no longer runs. Of those two, and of TACO, the files themselves are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from deepcoder.datasets.errors import DataError
from deepcoder.datasets.rows import Row, json_lines

_SOURCE = re.compile(r"(?P<name>[^:@]+)(:(?P<config>[^:@]+))?(@(?P<split>[^:@]+))?")
LCB_RELEASES = 6


@dataclass(frozen=True)
class HubSet:
    """A data set of the Hub, with its default config and split."""

    name: str
    repository: str
    config: str | None = None
    split: str = "train"
    # The names of the files to read instead, where the `datasets` package cannot load the set by its name.
    files: Callable[[HubSet], list[str]] | None = None


def _livecodebench_files(hub_set: HubSet) -> list[str]:
    match = re.fullmatch(r"(release_)?v([1-9])", hub_set.config or "")
    if hub_set.config == "release_latest":
        numbers = range(1, LCB_RELEASES + 1)
    elif match and int(match[2]) <= LCB_RELEASES:
        last = int(match[2])
        numbers = range(1 if match[1] else last, last + 1)
    else:
        raise DataError(
            f"{hub_set.repository} has no {hub_set.config}: write release_v1 to release_v{LCB_RELEASES}, "
            f"or v1 to v{LCB_RELEASES} for what a release added"
        )
    return [f"test{number if number > 1 else ''}.jsonl" for number in numbers]


SHIPPED = {  # the files in this folder
    "deepcoder_small": "problems.jsonl",
    # Short functions, for a small language model to learn: see scripts/exercises.
    "deepcoder_exercises": "exercises.jsonl",
    "deepcoder_exercises_held_out": "exercises_held_out.jsonl",
}
KNOWN = (
    HubSet("deepcoder-primeintellect", "agentica-org/DeepCoder-Preview-Dataset", "primeintellect"),
    HubSet("deepcoder-taco", "agentica-org/DeepCoder-Preview-Dataset", "taco"),
    HubSet("deepcoder-lcbv5", "agentica-org/DeepCoder-Preview-Dataset", "lcbv5"),
    HubSet("deepcoder-codeforces", "agentica-org/DeepCoder-Preview-Dataset", "codeforces", "test"),
    HubSet("livecodebench", "livecodebench/code_generation_lite", "release_v6", "test", _livecodebench_files),
    HubSet("apps", "codeparrot/apps", files=lambda hub_set: [f"{hub_set.split}.jsonl"]),
    HubSet("taco", "BAAI/TACO", files=lambda hub_set: [f"ALL/{hub_set.split}-*.parquet"]),
    HubSet("taco-verified", "likaixin/TACO-verified"),
    HubSet("code-contests", "deepmind/code_contests"),
    HubSet("code-contests-plus", "ByteDance-Seed/Code-Contests-Plus", "1x"),
    HubSet("hardtests", "sigcp/hardtests_tests"),
    HubSet("codeforces", "open-r1/codeforces", "verifiable"),
    HubSet("primeintellect", "PrimeIntellect/verifiable-coding-problems"),
    HubSet("open-r1-python", "open-r1/verifiable-coding-problems-python"),
    HubSet("eurus", "PRIME-RL/Eurus-2-RL-Data"),
    HubSet("humaneval", "openai/openai_humaneval", split="test"),
    HubSet("humaneval+", "evalplus/humanevalplus", split="test"),
    HubSet("mbpp", "google-research-datasets/mbpp", "full", "test"),
    HubSet("mbpp+", "evalplus/mbppplus", split="test"),
    HubSet("leetcode", "newfacade/LeetCodeDataset"),
    HubSet("kodcode", "KodCode/KodCode-V1"),
    HubSet("acecode", "TIGER-Lab/AceCode-87K"),
)
NAMES = (*SHIPPED, *(each.name for each in KNOWN))


def resolve(source: str, split: str | None = None) -> HubSet:
    """Return the data set that a source names. `split` replaces the split in the source.

    Raises:
        DataError: No data set of the Hub can have that name, or the set has parts and the source names none.
    """
    match = _SOURCE.fullmatch(source)
    if match is None:
        raise DataError(f"{source} is no source: write owner/name:config@split")
    name, config, split = match["name"], match["config"], split or match["split"]
    fitting = [each for each in KNOWN if name in (each.name, each.repository)]
    if len(fitting) > 1:  # each of its configs is a data set in KNOWN
        configs = ", ".join(f"{name}:{each.config}" for each in fitting)
        fitting = [each for each in fitting if each.config == config]
        if not fitting:
            raise DataError(f"{source} must name one of its parts: {configs}")
    if not fitting and "/" not in name and not Path(name).is_dir():
        known_names = ", ".join(NAMES)
        what = f"{source} is no file and no known data set"
        raise DataError(f"{what}: name a file, owner/name of the Hub, or one of {known_names}")
    known = fitting[0] if fitting else HubSet(name.rstrip("/").rpartition("/")[2], name)
    return replace(known, config=config or known.config, split=split or known.split)


def files_of(hub_set: HubSet) -> list[str]:
    """Return the addresses of the files to read where the `datasets` package cannot load the set by its name.

    Raises:
        DataError: The set has no such release.
    """
    names = hub_set.files(hub_set) if hub_set.files else []
    return [f"hf://datasets/{hub_set.repository}/{name}" for name in names]


def rows(hub_set: HubSet) -> Iterator[Row]:
    """Yield the rows of a data set of the Hub, or of a folder that is laid out as one.

    Raises:
        DataError: The set cannot be loaded.
    """
    files = files_of(hub_set)
    name = hub_set.repository + (f":{hub_set.config}" if hub_set.config else "")
    try:
        if files and files[0].endswith(".jsonl"):
            for address in files:
                yield from _lines(address)
        else:
            yield from ((f"{name}, row {number}", row) for number, row in enumerate(_loaded(hub_set, files)))
    except ImportError:
        needs = "a data set of the Hub needs `pip install '.[data]'` in a checkout"
        raise DataError(f"{name} is no file, and {needs}") from None
    except DataError:
        raise
    except Exception as error:  # from any of the network, file and format libraries
        if type(error).__name__ == "EmptyDatasetError":  # of `datasets`, for a folder
            raise DataError(f"no problem package in {name}, and no data set: {error}") from error
        raise DataError(
            f"{name} is no file, and the Hub does not give its split {hub_set.split}: {type(error).__name__}: {error}"
        ) from error


def _lines(address: str) -> Iterator[Row]:
    import fsspec  # installed with `datasets`

    with fsspec.open(address, "rt", encoding="utf-8") as text:
        yield from json_lines(address, text)


def _loaded(hub_set: HubSet, files: list[str]) -> Iterator[object]:
    import datasets

    if files:
        return iter(datasets.load_dataset("parquet", data_files=files, split="train", streaming=True))
    # A folder is passed as an absolute path: `datasets` would look for a missing relative one on the Hub.
    path_or_name = str(Path(hub_set.repository).resolve()) if Path(hub_set.repository).is_dir() else hub_set.repository
    return iter(datasets.load_dataset(path_or_name, hub_set.config, split=hub_set.split, streaming=True))
