"""The verdicts that a jury expects, in the words of each format: folders, comments, submissions.yaml, tags."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from deepcoder.verdicts import Verdict

Verdicts = frozenset[Verdict]

AC, WA, CE = Verdict.AC, Verdict.WA, Verdict.CE
TLE, MLE, OLE, RTE = Verdict.TLE, Verdict.MLE, Verdict.OLE, Verdict.RTE
ACCEPTED: Verdicts = frozenset({AC})
REJECTED: Verdicts = frozenset({WA, TLE, MLE, OLE, RTE})
JUDGED: Verdicts = ACCEPTED | REJECTED

FOLDERS: dict[str, Verdicts] = {  # of the package format in all its versions, and of DOMjudge
    "accepted": ACCEPTED,
    "wrong_answer": frozenset({WA}),
    "time_limit_exceeded": frozenset({TLE}),
    "timelimit": frozenset({TLE}),
    "run_time_error": frozenset({RTE, MLE}),  # there is no folder for memory
    "memory_limit": frozenset({MLE, RTE}),
    "output_limit": frozenset({OLE}),
    "no_output": frozenset({WA}),
    "compiler_error": frozenset({CE}),
    "partially_accepted": REJECTED,  # for us a part is not enough; unless a validator gives points
    "rejected": REJECTED,
    "brute_force": frozenset({TLE, RTE, MLE}),
    "mixed": JUDGED,
    "multiple": JUDGED,
}
TAGS: dict[str, Verdicts] = {  # of Polygon
    "main": ACCEPTED,
    "accepted": ACCEPTED,
    "wrong-answer": frozenset({WA}),
    "presentation-error": frozenset({WA}),  # for us a wrong form is a wrong answer
    "time-limit-exceeded": frozenset({TLE}),
    "time-limit-exceeded-or-accepted": frozenset({TLE, AC}),
    "time-limit-exceeded-or-memory-limit-exceeded": frozenset({TLE, MLE, RTE}),
    "memory-limit-exceeded": frozenset({MLE, RTE}),
    "rejected": REJECTED,
}
_WORDS: dict[str, Verdicts] = {  # of @EXPECTED_RESULTS@, as DOMjudge reads them, and of submissions.yaml
    **dict.fromkeys(("CORRECT", "ACCEPTED", "AC"), ACCEPTED),
    **dict.fromkeys(("WRONG-ANSWER", "WRONG", "WA", "NO-OUTPUT", "NO"), frozenset({WA})),
    **dict.fromkeys(("TIMELIMIT", "TIME-LIMIT-EXCEEDED", "TIMELIMIT-EXCEEDED", "TLE"), frozenset({TLE})),
    **dict.fromkeys(("RUN-ERROR", "RUN-TIME-ERROR", "RUNTIME-ERROR", "RTE"), frozenset({RTE, MLE})),
    **dict.fromkeys(("MEMORY-LIMIT", "MEMORY-LIMIT-EXCEEDED", "MLE"), frozenset({MLE, RTE})),
    **dict.fromkeys(("OUTPUT-LIMIT", "OUTPUT-LIMIT-EXCEEDED", "OLE"), frozenset({OLE})),
    **dict.fromkeys(("COMPILER-ERROR", "COMPILE-ERROR", "CE"), frozenset({CE})),
    "CHECK-MANUALLY": JUDGED,
}
USUAL_RULES: dict[str, dict[str, list[str]]] = {  # whose keys a rule of that name in submissions.yaml may leave out
    "accepted": {"permitted": ["AC"]},
    "rejected": {"required": ["RTE", "TLE", "WA"]},
    "wrong_answer": {"permitted": ["AC", "WA"], "required": ["WA"]},
    "time_limit_exceeded": {"permitted": ["AC", "TLE"], "required": ["TLE"]},
    "run_time_error": {"permitted": ["AC", "RTE"], "required": ["RTE"]},
    "brute_force": {"permitted": ["AC", "RTE", "TLE"], "required": ["RTE", "TLE"]},
}
_BRACES = re.compile(r"\{([^{}]*)\}")
_EXPECTED = re.compile(r"@EXPECTED_RESULTS@:\s*([A-Za-z_, -]+)")


def expected_results(source: str) -> Verdicts | None:
    """Return the verdicts that a comment with @EXPECTED_RESULTS@ allows; None where there is none.

    Raises:
        ValueError: It has a word that is no verdict.
    """
    found = _EXPECTED.search(source)
    return verdicts(re.split(r"[,\s]+", found[1].strip(" ,-"))) if found else None


def verdicts(words: Iterable[Any]) -> Verdicts:
    """Return the verdicts that these words name.

    Raises:
        ValueError: A word names none.
    """
    named: Verdicts = frozenset()
    for word in words:
        known = _WORDS.get(str(word).upper().replace("_", "-"))
        if known is None:
            raise ValueError(f"{word!r} is no verdict: use {', '.join(_WORDS)}")
        named |= known
    return named


def by_permission(settings: Mapping[str, Any]) -> Verdicts | None:
    """Return the verdicts of a whole submission, of which `permitted` and `required` say what each test may get.

    None where it says neither.

    Raises:
        ValueError: A word names no verdict.
    """
    lists = {name: settings.get(name) for name in ("permitted", "required")}
    words = {name: each if isinstance(each, list) else [each] for name, each in lists.items() if each}
    if not words:
        return None
    permitted = verdicts(words["permitted"]) if "permitted" in words else JUDGED
    required = verdicts(words["required"]) if "required" in words else permitted
    # One test at least gets a required verdict, so a submission that needs a failure is not accepted.
    return permitted if AC in required else permitted - ACCEPTED


def by_rules(rules: Mapping[str, Any], name: str, usual: Verdicts | None) -> tuple[Verdicts | None, dict[str, Any]]:
    """Return the verdicts that submissions.yaml leaves to a submission, and its other settings for it.

    Every rule holds whose pattern fits the submission or its folder, and the folder's own rule: the usual one, unless
    the file has another for that name, which replaces what it says of it. None where no rule says a verdict.

    Raises:
        ValueError: A word names no verdict, or two rules leave none.
    """
    folder = name.partition("/")[0]
    allowed = usual
    settings: dict[str, Any] = {}
    for pattern in sorted(rules, key=lambda each: each != folder):  # the folder's own rule first
        rule = rules[pattern]
        if not isinstance(rule, Mapping) or not any(_fits(each, name) for each in _spelled_out(pattern)):
            continue
        settings |= rule
        own = by_permission({**USUAL_RULES.get(folder, {}), **rule} if pattern == folder else rule)
        groups = [by_permission(each) for each in rule.values() if isinstance(each, Mapping)]
        if any(each is not None and AC not in each for each in groups):  # a group of tests must fail
            own = REJECTED if own is None else own & REJECTED
        if own is not None:
            allowed = own if pattern == folder or allowed is None else allowed & own
    if allowed is not None and not allowed:
        raise ValueError("the rules of submissions.yaml for it leave no verdict")
    return allowed, settings


def _fits(pattern: str, name: str) -> bool:
    """Return whether a pattern fits the name or a folder above it. A star stands for a part of one name."""
    parts, names = pattern.split("/"), name.split("/")
    return len(parts) <= len(names) and all(map(fnmatchcase, names, parts))


def _spelled_out(pattern: str) -> list[str]:
    """Return the patterns that one with braces stands for: a.{py,cpp}."""
    found = _BRACES.search(pattern)
    if found is None:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [each for choice in found[1].split(",") for each in _spelled_out(f"{before}{choice}{after}")]
