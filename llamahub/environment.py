"""Turns what the environment says into settings, and refuses what cannot work, in one sentence that names the variable."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

ROOT = Path(__file__).resolve().parent.parent
SECRET_LENGTH = 50

# So that no request holds a connection for ever: a query may take 15 s, waiting for a lock 4 s.
TIMEOUTS = "-c statement_timeout=15s -c lock_timeout=4s -c idle_in_transaction_session_timeout=60s"


def port(value: str) -> int:
    if not (value.isascii() and value.isdigit() and 0 < int(value) < 65536):
        raise ImproperlyConfigured(f"PORT is {value!r}: set it to a number from 1 to 65535.")
    return int(value)


def megabytes(variable: str, value: str) -> int:
    """0 to 65,536."""
    if not (value.isascii() and value.isdigit() and int(value) <= 65536):
        raise ImproperlyConfigured(f"{variable} is {value!r}: set it to a number of megabytes, or to 0 for none.")
    return int(value)


def networks(variable: str, values: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Addresses and networks; “10.0.0.5” is a network of one."""
    found = []
    for value in values:
        try:
            found.append(ip_network(value.strip()))
        except ValueError as error:
            raise ImproperlyConfigured(
                f"{variable} has {value!r}, which is no network ({error}): write 10.0.0.5 or 10.0.0.0/24."
            ) from None
    return found


def data_dir(value: str, variable: str = "DATA_DIR") -> Path:
    directory = Path(value or "var").expanduser().absolute()
    # What lies beside the code would be served, committed or imported.
    for name in ("static", "templates", "llamahub", "models_catalog", "editorial"):
        if directory.is_relative_to(ROOT / name):
            raise ImproperlyConfigured(
                f"{variable} is {directory}, inside the project's own {name}/: set it to a folder for data alone."
            )
    return directory


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings for the server at ``url``; without one, for the server that the project brings."""
    options: dict[str, Any] = {
        "connect_timeout": 5,
        "options": TIMEOUTS,
        "application_name": "llamahub",
        # What asks in the same words so often is planned once a connection; Django’s own statements never are.
        "prepare_threshold": 3,
    }
    if not url:
        return {
            "ENGINE": "llamahub.embedded_postgres",
            "NAME": "llamahub",
            "EMBEDDED_DIR": data / "postgres",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    scheme = url.partition(":")[0]
    if scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL begins with {scheme[:20]!r}: LlamaHub keeps its content in PostgreSQL, "
            "so set it to postgres://user:password@host:5432/name."
        )
    try:
        urlsplit(url).port  # noqa: B018 - raises when the port is no number
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        config = {}
    if not config.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL names no database or cannot be read: set it to postgres://user:password@host:5432/name."
        )
    # A server that was restarted is noticed before the next request uses its connection.
    config |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    config["OPTIONS"] = options | config.get("OPTIONS", {})
    return config


def secret_key(environment: Mapping[str, str], keep_in: Path | None) -> str:
    """The secret of the environment; a local site without one makes its own and keeps it in ``keep_in``."""
    if keep_in and not environment.get("SECRET_KEY"):
        return _kept_secret(keep_in)
    return _given_secret(environment)


def _given_secret(environment: Mapping[str, str]) -> str:
    """A public site's secret: long, and not one that is printed in a book."""
    remedy = (
        "set it to at least 50 random characters, for example the output of "
        "python -c 'import secrets; print(secrets.token_urlsafe(50))'."
    )
    file = environment.get("SECRET_KEY_FILE")
    try:
        if file and stat.S_IMODE(os.stat(file).st_mode) & stat.S_IRWXO:
            raise ImproperlyConfigured(
                f"SECRET_KEY_FILE is {file}, which every account of the machine may read: chmod 600 it."
            )
        secret = environment.get("SECRET_KEY", "").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"SECRET_KEY_FILE is {file}, which cannot be read: {error.strerror}.") from None
    if not secret:
        raise ImproperlyConfigured(f"SECRET_KEY is not set: {remedy}")
    if len(secret) < SECRET_LENGTH:
        raise ImproperlyConfigured(f"SECRET_KEY has only {len(secret)} characters: {remedy}")
    if len(set(secret)) < 15 or any(
        word in secret.lower() for word in ("insecure", "change-me", "changeme", "example")
    ):
        raise ImproperlyConfigured(f"SECRET_KEY is a placeholder: {remedy}")
    return secret


def _kept_secret(file: Path) -> str:
    """Made on the first start, so that sign-ins outlast a restart."""
    try:
        if not file.exists():
            _make_secret(file)
        secret = file.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR is {file.parent}, where nothing can be written ({error.strerror}): set it to a folder that can be."
        ) from None
    if len(secret) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"The secret in {file} is damaged: delete the file, and the next start makes a new one."
        )
    return secret


def _make_secret(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Written whole under another name first: a process that starts at the same moment never reads half of it.
    with tempfile.NamedTemporaryFile(
        "w", dir=file.parent, prefix="secret_key."
    ) as draft:  # readable for its owner only
        draft.write(get_random_secret_key())
        draft.flush()
        with contextlib.suppress(FileExistsError):
            os.link(draft.name, file)
