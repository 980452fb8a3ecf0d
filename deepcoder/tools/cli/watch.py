"""`deepcoder watch`: show the page of `deepcoder report` while training goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepcoder.tools.cli.options import UserError
from deepcoder.tools.cli.report import names
from deepcoder.tools.console import out
from deepcoder.tools.report.live import HOST, Live, Server


def watch(
    sources: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of training runs, as for `report`.")],
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8090,
) -> None:
    """Show the page of `report` in a browser of this machine, and renew it while training goes on, until Ctrl-C."""
    for path in sources:
        if not path.exists():
            raise UserError(f"{path} does not exist")
    try:
        server = Server(Live(list(zip(sources, names(sources), strict=True))), port)
    except OSError as error:
        raise UserError(f"cannot listen at {HOST}:{port}: {error.strerror}") from None
    with server:
        out.print(f"http://{HOST}:{server.server_port} shows the report until Ctrl-C", markup=False, soft_wrap=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
