"""nginx in front of the nodes, by `nginx.conf`."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from .nodes import Node
from .packages import program
from .parts import Part

TEMPLATE = Path(__file__).with_name("nginx.conf")


class Nginx(Part):
    def __init__(self, folder: Path, port: int, *, nodes: list[Node], data: Path) -> None:
        super().__init__(
            "nginx",
            [program("nginx") or "nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder), "-e", "stderr"],
            port=port, folder=folder,
        )  # fmt: skip
        self.configure(nodes, data)

    def configure(self, nodes: list[Node], data: Path) -> None:
        (self.folder / "nginx.conf").write_text(
            TEMPLATE.read_text().format(
                folder=self.folder,
                # Only root can, and must, say under whom the workers run.
                user="user nobody nogroup;" if os.geteuid() == 0 else "",
                nodes="\n        ".join(
                    f"server 127.0.0.1:{node.port} {how};"
                    for how in ("max_fails=1 fail_timeout=2s", "max_fails=0 backup")
                    for node in nodes
                ),
                # The run speaks plain HTTP and says that it was HTTPS; all its clients have one address.
                scheme="https",
                listen=f"listen 127.0.0.1:{self.port} backlog=4096;",
                writers=1000,
                data=data,
            )
        )

    def reload(self) -> None:
        self.tell(signal.SIGHUP)
