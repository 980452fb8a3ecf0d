"""Run as evalscope does: `python ms_enclave_tool.py URL HURRIED_URL`, beside its sandbox manager ms_enclave.

The second service runs in time only what is quick.
"""

from __future__ import annotations

import asyncio
import sys
from urllib.parse import urlsplit

from ms_enclave.sandbox.manager import VolcengineSandboxManager
from ms_enclave.sandbox.model import (
    ExecutionStatus,
    SandboxType,
    ToolResult,
    VolcengineSandboxConfig,
    VolcengineSandboxManagerConfig,
)


async def run(url: str, *sources: str) -> list[ToolResult]:
    """Return what evalscope gets for these programs, all asked at once."""
    parts = urlsplit(url)
    base_url = f"http://{parts.hostname}:{parts.port}"
    manager = VolcengineSandboxManager(VolcengineSandboxManagerConfig(base_url=base_url, api_key=parts.password))
    await manager.start()
    config = VolcengineSandboxConfig(tools_config={"python_executor": {}})
    sandbox = await manager.create_sandbox(SandboxType.VOLCENGINE, config)
    asked = [
        manager.execute_tool(sandbox, "python_executor", {"code": source, "timeout": 4 if "True" in source else 30})
        for source in sources
    ]
    found = await asyncio.gather(*asked)
    await manager.stop()
    return list(found)


async def main(url: str, failing_url: str) -> None:
    right, wrong, endless, broken = await run(url, "print(6 * 7)", "assert 6 * 7 == 41", "while True: pass", "print(")
    assert (right.status, right.output) == (ExecutionStatus.SUCCESS, "42\n"), right
    assert (wrong.status, "AssertionError" in wrong.error) == (ExecutionStatus.ERROR, True), wrong
    assert (broken.status, "SyntaxError" in broken.error) == (ExecutionStatus.ERROR, True), broken
    assert (endless.status, endless.output) == (ExecutionStatus.ERROR, ""), endless  # it hangs up after 4 s
    [late] = await run(failing_url, "import time\ntime.sleep(20)")
    is_ours = any(why in late.error for why in ("504", "attempts failed"))  # the hold ends first, or the retries do
    assert (late.status, is_ours) == (ExecutionStatus.ERROR, True), late  # as for a wrong program


asyncio.run(main(*sys.argv[1:]))
