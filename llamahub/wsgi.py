"""What the production server calls."""

import gc
import os
import sys
from typing import Any

import django
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")
# A page makes some ten thousand objects, nearly all of which are gone with it: to look for cycles among them every 700
# took a tenth of its time, and of the time to load.
gc.set_threshold(20_000, 20, 20)

try:
    django.setup(set_prefix=False)
    from django.conf import settings

    from . import starting
    from .bodies import Bodies
    from .checks import refuse_bad_configuration
    from .edge import EdgeHandler
    from .page_store.layer import PageStore

    refuse_bad_configuration()
    application: Any = Bodies(EdgeHandler())
    store = PageStore(application, most_bytes=settings.PAGE_STORE_BYTES) if settings.PAGE_STORE_BYTES else None
    starting.prepare(store)
    application = store or application
    # What is loaded by now stays: looking through it for garbage again and again would stop everybody for 80 ms each time.
    gc.collect()
    gc.freeze()
except ImproperlyConfigured as error:
    sys.exit(f"LlamaHub cannot start: {error}")
