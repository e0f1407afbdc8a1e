"""A process that exports or restores the test’s database, to be killed: ``python -m … export|restore|write ARCHIVE``.

Works over and over until it is told to stop, so that a kill never hits nothing but the start of Python.
"""

import json
import os
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django
from django.conf import settings

given = json.loads(sys.argv[1])
settings.DATABASES["default"]["NAME"] = given["database"]
settings.MEDIA_ROOT = Path(given["media"])
django.setup()

from llamahub.backup import export, restore  # noqa: E402

archive = Path(given["archive"])
print("begun", flush=True)
if given["what"] == "export":
    export(archive, with_accounts=True)
else:
    restore(archive, replace=True)
print("done", flush=True)
