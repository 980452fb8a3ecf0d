"""Every rank of a trainer judges on the pool of the first."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from trl import GRPOConfig

from deepcoder.pool import SandboxPool
from deepcoder.programs import Program
from deepcoder.training.shared_pool import shared
from deepcoder.verdicts import Submission
from tests.pool_cases import ADD_ONE, RIGHT, verdicts

pytestmark = pytest.mark.ray


def rank(folder: str) -> None:
    """What each process of the launcher does."""
    config = GRPOConfig(output_dir=folder, use_cpu=True, bf16=False)
    with ExitStack() as life:
        pool = shared(SandboxPool(2, "process"), config, life)
        programs = [Program(f"{RIGHT.source}  # {number}") for number in range(20)]
        found = pool.judge([Submission(ADD_ONE, each) for each in programs])
        said = {"pool": pool.name, "verdicts": verdicts(found), "ours": pool._owns_pool}
        Path(folder, f"{config.process_index}.json").write_text(json.dumps(said))
        config.distributed_state.wait_for_everyone()


@pytest.mark.timeout(300)
def test_ranks_share_the_pool_of_the_first(tmp_path: Path) -> None:
    script = tmp_path / "rank.py"
    script.write_text(f"from tests.cluster.test_ranks import rank\nrank({str(tmp_path)!r})\n")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    # What `accelerate launch` does where there are GPUs.
    where = ["--master-addr", "127.0.0.1", "--master-port", port]
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "3", *where]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run([*command, str(script)], env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr[-3000:]
    said = [json.loads((tmp_path / f"{number}.json").read_text()) for number in range(3)]
    assert len({each["pool"] for each in said}) == 1
    assert [each["ours"] for each in said] == [True, False, False]
    assert [each["verdicts"] for each in said] == [["AC"] * 20] * 3
