"""Score by code_rl's own reward code: `python tinker_reward.py URL HURRIED_URL`, beside tinker_cookbook, unmodified.

The second service runs in time only what is quick.
"""

from __future__ import annotations

import asyncio
import os
import sys

from tinker_cookbook.recipes.code_rl import code_grading
from tinker_cookbook.sandbox import SandboxFusionClient

url, failing_url = sys.argv[1:]
os.environ["SANDBOX_URL"] = url

SUCCESSORS = {"inputs": [f"{n}\n" for n in range(12)], "outputs": [f"{n + 1}\n" for n in range(12)]}
SUMS = {"inputs": ["1\n2", "3\n4"], "outputs": ["3", "7"], "fn_name": "add"}
ADD = "class Solution:\n    def add(self, a, b):\n        return a + b"
LONG = "import time\ntime.sleep(0.5)\nprint(int(input()) + 1)"  # for longer than the service is silent


async def main() -> None:
    programs = [
        ("print(int(input()) + 1)", SUCCESSORS, True),
        (LONG, SUCCESSORS, True),
        (ADD, SUMS, True),
        ("print(3)", SUCCESSORS, False),
        ("print(", SUCCESSORS, False),
        ("1 / 0", SUCCESSORS, False),
        ("while True: pass", SUCCESSORS, False),
    ]
    samples = [(code_grading.taco_to_lcb_format(tests), source) for source, tests, _ in programs]
    found = await asyncio.gather(*(code_grading.sandbox_check_correctness(*each, timeout=4) for each in samples))
    assert [passed for passed, _ in found] == [expected for *_, expected in programs], found
    assert all(about["status"] == ("Success" if passed else "Failed") for passed, about in found), found
    await code_grading._get_sandboxfusion_client().close()

    failing = SandboxFusionClient(failing_url)
    passed, about = await failing.run("import time\ntime.sleep(20)", {}, 30)
    assert not passed and "HTTP 504" in about["error"], about  # which code_rl cannot tell from a wrong program
    await failing.close()


asyncio.run(main())
