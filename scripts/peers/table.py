"""The peers: what each needs, how it isolates programs, and which of the work it can do."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "nothing"
IMAGE = "deepcoder-sandbox:py311"  # any image with Python; this one is there


@dataclass(frozen=True)
class Peer:
    """Describe a judge of others. Its program is `judges/NAME.py`."""

    name: str
    title: str
    isolation: str
    requirements: tuple[str, ...] = ()
    is_alone: bool = False  # whether the requirements are installed without their own
    argument: str = ""  # of its program; {site} is the folder of its environment's packages
    given: str = ""  # what the user gives in place of the argument: a folder or a URL
    only_calls: bool = False
    share: int = 1  # it judges one of so many programs, where its pace would make the whole take hours


PEERS = (
    Peer("prime_code", "verl prime_code 0.9.1", NOTHING, ("verl==0.9.1", "numpy"), is_alone=True, argument="{site}"),
    Peer("reward_kit", "reward-kit 0.4.1", NOTHING, ("reward-kit==0.4.1", "mcp<2"), share=4),
    Peer(
        "evalplus",
        "evalplus 0.3.1",
        NOTHING,
        ("evalplus==0.3.1", "numpy", "psutil"),
        is_alone=True,
        only_calls=True,
    ),
    Peer(
        "llm_sandbox",
        "llm-sandbox 0.3.46, Docker",
        "a container that all programs share",
        ("llm-sandbox[docker]==0.3.46",),
        argument=IMAGE,
        share=4,
    ),
    Peer("live_code_bench", "LiveCodeBench, a checkout", NOTHING, ("numpy", "tqdm"), given="a checkout's folder"),
    Peer("sandbox_fusion", "SandboxFusion, a server", "as the server does", given="a server's URL"),
)
