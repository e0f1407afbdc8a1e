"""Judges the configuration as a whole. Errors stop every command and the server from starting."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

LOOPBACK = {"127.0.0.1", "localhost", "[::1]", "::1", "testserver"}
PASSWORDS_EVERYONE_TRIES = {
    "postgres",
    "password",
    "llamahub",
    "secret",
    "changeme",
    "change-me",
    "admin",
    "root",
    "123456",
}


@checks.register(checks.Tags.security)
def configuration(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    problems = local_site() if settings.LOCAL else public_site()
    return [checks.Error(message, id=f"llamahub.{id}") for id, message in problems]


@checks.register(checks.Tags.security, deploy=True)
def deployment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[checks.CheckMessage]:
    if settings.LOCAL:
        return [
            checks.Warning(
                "LLAMAHUB_LOCAL or DEBUG is on: this is the configuration for one's own machine.", id="llamahub.W001"
            )
        ]
    if settings.DATABASE_REPLICA_URL and not settings.PAGE_STORE_BYTES:
        return [
            checks.Warning(
                "DATABASE_REPLICA_URL is set, but PAGE_STORE_MB is 0: the replica is not read, since only the page store "
                "knows whether it shows the present content. Give PAGE_STORE_MB some megabytes, or unset the replica.",
                id="llamahub.W003",
            )
        ]
    if not settings.DATABASE_URL:
        return [
            checks.Warning(
                "DATABASE_URL is not set: the embedded database is made for trying out, without backups or replicas.",
                id="llamahub.W002",
            )
        ]
    return []


def local_site() -> Iterator[tuple[str, str]]:
    foreign = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK and not host.endswith(".localhost")]
    if foreign:
        switch = "DEBUG" if settings.DEBUG else "LLAMAHUB_LOCAL"
        yield (
            "E001",
            f"{switch} is on, but ALLOWED_HOSTS names {foreign[0]!r}: unset {switch} on a site that others can reach, "
            "or leave ALLOWED_HOSTS out on this machine.",
        )


def public_site() -> Iterator[tuple[str, str]]:
    if settings.DEBUG:
        yield "E002", "DEBUG is on although LLAMAHUB_LOCAL is off: unset DEBUG, it shows the code to visitors."
    if any(host.strip(".") in {"", "*"} or "*" in host for host in settings.ALLOWED_HOSTS):
        yield "E003", "ALLOWED_HOSTS has a '*', which lets anyone put their address into our links: name the hosts."
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if "*" in origin or not origin.startswith("https://"):
            yield (
                "E004",
                f"CSRF_TRUSTED_ORIGINS has {origin!r}: name each origin in full, beginning with https://, without '*'.",
            )
    site = urlsplit(settings.SITE_URL)
    if site.scheme != "https" or not site.hostname or site.path or site.query:
        yield "E005", f"SITE_URL is {settings.SITE_URL!r}: set it to an origin such as https://llamahub.example."
    elif not any(_covers(pattern, site.hostname) for pattern in settings.ALLOWED_HOSTS):
        yield "E006", f"SITE_URL is {settings.SITE_URL!r}, whose host is not in ALLOWED_HOSTS: add it there."
    for alias, variable in (("default", "DATABASE_URL"), ("replica", "DATABASE_REPLICA_URL")):
        database = settings.DATABASES.get(alias, {})
        password = database.get("PASSWORD")
        if password and (password.lower() in PASSWORDS_EVERYONE_TRIES or password == database["USER"]):
            yield "E007", f"{variable} has a password that everyone tries first: give the database a real one."
    if settings.MEDIA_ROOT.is_relative_to(settings.STATIC_ROOT) or settings.STATIC_ROOT.is_relative_to(
        settings.MEDIA_ROOT
    ):
        yield "E008", "MEDIA_ROOT and STATIC_ROOT lie in one another: uploads would be served as our own files."
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        if settings.BACKUP_DIR.is_relative_to(getattr(settings, name)):
            yield (
                "E009",
                f"BACKUP_DIR is {settings.BACKUP_DIR}, inside {name}, which anybody may read: set it to a folder of its own.",
            )


def _covers(pattern: str, host: str) -> bool:
    """As ``ALLOWED_HOSTS`` reads it: '.example.org' stands for the domain and everything below it."""
    return pattern in {"*", host} or (pattern.startswith(".") and (host == pattern[1:] or host.endswith(pattern)))


def refuse_bad_configuration() -> None:
    """The same judgement for the server, which runs no commands."""
    errors = [message for message in checks.run_checks(tags=[checks.Tags.security]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured(errors[0].msg)
