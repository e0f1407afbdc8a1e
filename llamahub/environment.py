"""Turns what the environment says into settings, and refuses what cannot work, in one sentence that names the variable."""

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

ROOT = Path(__file__).resolve().parent.parent
SECRET_LENGTH = 50

# No query of ours takes as long as PostgreSQL would take to compile it: two seconds for the corrections of a past day.
# Nor does it gain from weighing all orders of its joins, most of which lead from a row to the one row that it names: the
# facts that rest on a source took 70 ms to plan and 2 to find.
_PLANNING = "-c jit=off -c join_collapse_limit=4"
# So that no request holds a connection for ever: a query may take 15 s, waiting for a lock 4 s.
TIMEOUTS = f"-c statement_timeout=15s -c lock_timeout=4s -c idle_in_transaction_session_timeout=60s {_PLANNING}"
# Where the primary can answer instead, it pays to give up soon.
REPLICA_TIMEOUTS = f"-c statement_timeout=2s -c lock_timeout=1s -c idle_in_transaction_session_timeout=60s {_PLANNING}"


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
    return _server("DATABASE_URL", url, options)


def replica(url: str, primary_url: str) -> dict[str, dict[str, Any]]:
    """Django's settings for a replica of the server at ``primary_url``, by its alias; nothing without one."""
    if not url:
        return {}
    if not primary_url:
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL is set, but DATABASE_URL is not: the embedded database has no replicas, "
            "so set DATABASE_URL to the server that this one is a replica of."
        )
    options = {"connect_timeout": 2, "options": REPLICA_TIMEOUTS, "application_name": "llamahub replica"}
    config = _server("DATABASE_REPLICA_URL", url, options) | {"ENGINE": "llamahub.replica"}
    return {"replica": config | {"TEST": {"MIRROR": "default"}}}


def _server(variable: str, url: str, options: dict[str, Any]) -> dict[str, Any]:
    scheme = url.partition(":")[0]
    if scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"{variable} begins with {scheme[:20]!r}: LlamaHub keeps its content in PostgreSQL, "
            "so set it to postgres://user:password@host:5432/name."
        )
    try:
        urlsplit(url).port  # noqa: B018 - raises when the port is no number
        config: dict[str, Any] = environ.Env.db_url_config(url)
    except ValueError:
        config = {}
    if not config.get("NAME"):
        raise ImproperlyConfigured(
            f"{variable} names no database or cannot be read: set it to postgres://user:password@host:5432/name."
        )
    # A server that was restarted is noticed before the next request uses its connection.
    config |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    config["OPTIONS"] = options | config.get("OPTIONS", {})
    return config


def cache(url: str) -> dict[str, Any]:
    """Django's settings for the cache at ``url``; one in Redis or Valkey is shared by all machines."""
    scheme = url.partition(":")[0].lower()
    if scheme not in {"redis", "rediss", "valkey", "valkeys"}:
        try:
            return environ.Env.cache_url_config(url)
        except Exception as error:  # the parser raises whatever its parts do
            raise ImproperlyConfigured("CACHE_URL is no cache's address; redis://host:6379/0 would be one.") from error
    if find_spec("redis") is None:
        raise ImproperlyConfigured(
            f"CACHE_URL begins with {scheme}://, and the Python package redis is not installed: "
            "install requirements-scale.lock (the extra scale) as well."
        )
    try:
        parts = urlsplit(url)
        number = parts.path.strip("/") or "0"
        is_sound = parts.hostname and parts.port != 0 and number.isdecimal() and not parts.query
    except ValueError:  # the port is no number, or a bracket is not closed
        is_sound = False
    if not is_sound:
        raise ImproperlyConfigured(
            f"CACHE_URL names no server or cannot be read: set it to {scheme}://user:password@host:6379/0."
        )
    # Valkey speaks the same, and the client knows it by the older name.
    location = parts._replace(scheme=scheme.replace("valkey", "redis")).geturl()
    return {"BACKEND": "llamahub.caching.RedisCache", "LOCATION": location, "KEY_PREFIX": "llamahub"}


def media_store(url: str) -> dict[str, Any]:
    """Django's settings for the store of pictures: a bucket or, without a URL, the media folder."""
    if not url:
        return {"BACKEND": "editorial.pictures.stores.DiskStore"}
    example = "s3://KEY:SECRET@bucket/folder?endpoint=https://s3.example&region=eu-central-1"
    try:
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise ImproperlyConfigured(f"MEDIA_STORE_URL cannot be read: set it to {example}.") from None
    if parts.scheme != "s3" or not parts.hostname or bool(parts.username) != bool(parts.password):
        raise ImproperlyConfigured(
            f"MEDIA_STORE_URL is no address of a bucket: set it to {example}, or leave KEY:SECRET@ out."
        )
    if unknown := sorted(asked.keys() - {"endpoint", "region"}):
        raise ImproperlyConfigured(f"MEDIA_STORE_URL has {unknown[0]!r}: it takes endpoint and region.")
    endpoint = asked.get("endpoint")
    if endpoint is not None and not re.fullmatch(r"https?://[^/\s?#@]+/?", endpoint):
        raise ImproperlyConfigured(
            "MEDIA_STORE_URL has an endpoint that is no address: set it to one such as https://s3.example."
        )
    if not (find_spec("storages") and find_spec("boto3")):
        raise ImproperlyConfigured(
            "MEDIA_STORE_URL needs packages that are not installed: "
            "install requirements-scale.lock, or the extra “scale” of pyproject.toml."
        )
    from botocore.config import Config

    options: dict[str, Any] = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "access_key": unquote(parts.username) if parts.username else None,
        "secret_key": unquote(parts.password) if parts.password else None,
        "endpoint_url": endpoint,
        "region_name": asked.get("region"),
        # A reader waits meanwhile. Checksums that only Amazon knows are left out.
        "client_config": Config(
            connect_timeout=2,
            read_timeout=5,
            retries={"total_max_attempts": 2},
            max_pool_connections=32,
            signature_version="s3v4",
            s3={"addressing_style": "path" if endpoint else "auto"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    }
    return {"BACKEND": "editorial.pictures.bucket.BucketStore", "OPTIONS": options}


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
