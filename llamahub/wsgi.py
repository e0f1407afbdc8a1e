"""What the production server calls."""

import gc
import os
import sys
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")

try:
    django.setup(set_prefix=False)
    from django.conf import settings
    from django.template.loader import get_template

    from .bodies import Bodies
    from .checks import refuse_bad_configuration
    from .edge import EdgeHandler
    from .page_store.layer import PageStore

    refuse_bad_configuration()
    application: Any = Bodies(EdgeHandler())
    if settings.PAGE_STORE_BYTES:
        application = PageStore(application, most_bytes=settings.PAGE_STORE_BYTES)
        if settings.PURGE_HOOK:
            application.watch()
    # Now, in the time of a page, rather than while the first readers wait.
    templates = settings.BASE_DIR / "templates"
    for file in templates.rglob("*.html"):
        get_template(str(file.relative_to(templates)))
    # What is loaded by now stays: looking through it for garbage again and again would stop everybody for 80 ms each time.
    gc.collect()
    gc.freeze()
    # A page makes some ten thousand objects, nearly all of which are gone with it: to look for cycles among them every
    # 700 took a tenth of its time.
    gc.set_threshold(20_000, 20, 20)
except ImproperlyConfigured as error:
    sys.exit(f"LlamaHub cannot start: {error}")
