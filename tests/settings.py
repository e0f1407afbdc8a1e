"""The project's settings for its test suite: this machine only, and nothing that slows a test down for no gain."""

import os

os.environ.setdefault("LLAMAHUB_LOCAL", "1")
# Tests change what a page is made of besides what the database says: settings, templates, the clock.
os.environ.setdefault("ANSWERS_MB", "0")

from llamahub.settings import *  # noqa: F403
from llamahub.settings import DATA_DIR, STORAGES

DEBUG = False
# Files of the tests stay apart from those of the hub that a developer has running.
MEDIA_ROOT = DATA_DIR / "test" / "media"
# Static files as they lie in the source: no collection step before a test.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# Real hashing takes a second on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
