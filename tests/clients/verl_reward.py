"""Score by verl's own reward code: `python verl_reward.py FOLDER URL`, where FOLDER has verl's package, unmodified."""

from __future__ import annotations

import importlib.util
import sys
import threading
from pathlib import Path

folder, url = sys.argv[1:]
package = Path(folder) / "utils" / "reward_score" / "sandbox_fusion"  # apart from the rest, which needs torch
spec = importlib.util.spec_from_file_location(
    "fusion", package / "__init__.py", submodule_search_locations=[str(package)]
)
assert spec is not None and spec.loader is not None
verl = sys.modules["fusion"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verl)

tests = {"inputs": [f"{n}\n" for n in range(8)], "outputs": [f"{n + 1}\n" for n in range(8)]}
calls = {"inputs": ["1\n2", "3\n4"], "outputs": ["3", "7"], "fn_name": "add"}
programs = {
    "print(int(input()) + 1)": (tests, 1.0),
    "print(3)": (tests, 0.125),
    "1/0": (tests, 0.0),
    "def add(a, b): return a + b": (calls, 1.0),
}
for source, (given, score) in programs.items():
    slots = threading.Semaphore(64)
    found, cases = verl.compute_score(url, slots, 1024, f"```python\n{source}\n```", given)
    assert found == score, (source, found, cases)
