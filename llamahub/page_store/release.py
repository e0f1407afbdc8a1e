"""Which release of the program this is: what two releases make of the same content differs, and both may run at once."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django
from django.conf import settings
from django.utils.crypto import salted_hmac

# What of the settings a page may show.
SHOWN = (
    "LANGUAGE_CODE", "LOCAL", "MEDIA_URL", "PERMISSIONS_POLICY", "SECURE_CONTENT_TYPE_NOSNIFF", "SECURE_CSP",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD", "SECURE_HSTS_SECONDS",
    "SECURE_REFERRER_POLICY", "SECURE_SSL_REDIRECT", "SITE_ID", "SITE_URL", "STATIC_URL", "STORAGES", "X_FRAME_OPTIONS",
)  # fmt: skip


@cache
def release() -> str:
    """A digest of the code, the templates, the names of the static files and the settings that show."""
    made_of = hashlib.sha256()
    for file in sorted(_files()):
        made_of.update(f"{file.relative_to(settings.BASE_DIR)}\0".encode())
        made_of.update(hashlib.sha256(file.read_bytes()).digest())
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    made_of.update(manifest.read_bytes() if manifest.is_file() else b"")
    made_of.update(f"{platform.python_version()} {django.__version__}".encode())
    made_of.update(repr([getattr(settings, name, None) for name in SHOWN]).encode())
    # Settings hold secrets: their bare digest would let others try them.
    return salted_hmac("llamahub.release", made_of.digest(), algorithm="sha256").hexdigest()[:16]


def _files() -> Iterator[Path]:
    root = Path(settings.BASE_DIR)
    for folder in ("llamahub", "editorial", "models_catalog"):
        yield from (root / folder).rglob("*.py")
    yield from (file for file in (root / "templates").rglob("*") if file.is_file())
    yield root / "requirements.lock"
