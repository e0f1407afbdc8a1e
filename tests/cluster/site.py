"""All parts together, with the shipped content and an editor."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from llamahub.environment import ROOT

from .nginx import Nginx
from .nodes import HOST, Node
from .parts import Part, gone_afterwards
from .postgres import Primary, Replica
from .redis import Redis

# What a site may do without, and how a node is told of it.
OPTIONAL = {"replica": "DATABASE_REPLICA_URL", "redis": "CACHE_URL"}
EDITOR, EDITORS_PASSWORD = "the-editor", "seven llamas on a mountain 83"
ACCOUNT = f"""
from django.contrib.auth.models import Group, User
user = User.objects.create_user({EDITOR!r}, password={EDITORS_PASSWORD!r}, is_staff=True)
user.groups.set(Group.objects.all())
"""


@dataclass
class Site:
    folder: Path
    data: Path
    primary: Primary
    replica: Replica
    redis: Redis
    nodes: list[Node]
    nginx: Nginx
    environment: dict[str, str]

    @property
    def parts(self) -> list[Part]:
        return [self.primary, self.replica, self.redis, *self.nodes, self.nginx]

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True, timeout=300
        )

    def tracebacks(self) -> Counter[str]:
        return sum((node.tracebacks() for node in self.nodes), Counter())


def described(folder: Path, first_port: int, options: list[str], without: frozenset[str]) -> Site:
    """The parts, none of them started yet."""
    data = folder / "data"
    data.mkdir(parents=True)
    primary = Primary("primary", folder / "primary", first_port + 3)
    replica = Replica("replica", folder / "replica", first_port + 4, primary)
    redis = Redis(folder / "redis", first_port + 5)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8",
        "SECRET_KEY": secrets.token_urlsafe(50), "ALLOWED_HOSTS": HOST, "DATA_DIR": str(data),
        "DATABASE_URL": primary.url, "DATABASE_REPLICA_URL": replica.url, "CACHE_URL": redis.url,
        "BEHIND_PROXY": "1", "TRUSTED_PROXIES": "127.0.0.1",
    }  # fmt: skip
    for name, variable in OPTIONAL.items():
        if name in without:
            del environment[variable]
    nodes = [Node(n, folder / f"node{n}", first_port + n, environment, options) for n in (1, 2)]
    nginx = Nginx(folder / "nginx", first_port, nodes=nodes, data=data)
    return Site(folder, data, primary, replica, redis, nodes, nginx, environment)


@contextmanager
def running(folder: Path, first_port: int, options: list[str], without: frozenset[str] = frozenset()) -> Iterator[Site]:
    """``without`` are parts of `OPTIONAL` that the nodes are not told of; they run all the same."""
    site = described(folder, first_port, options, without)
    with gone_afterwards(site.parts):
        print("Starting PostgreSQL, its replica and Redis …", flush=True)
        site.primary.initialize()
        site.replica.initialize()
        site.redis.start()
        print("Loading the content …", flush=True)
        for command in (["check", "--deploy"], ["migrate", "--verbosity=0"], ["load_content"],
                        ["collectstatic", "--noinput", "--verbosity=0"], ["shell", "--verbosity=0", "--command", ACCOUNT]):  # fmt: skip
            site.manage(*command)
        site.replica.catch_up()
        print("Starting two nodes and nginx …", flush=True)
        for node in site.nodes:
            node.start(wait=False)
        for node in site.nodes:
            node.wait()
        site.nginx.start()
        yield site
