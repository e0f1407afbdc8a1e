"""The same application for a server that speaks ASGI."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")

try:
    application = get_asgi_application()
    from .checks import refuse_bad_configuration

    refuse_bad_configuration()
except ImproperlyConfigured as error:
    sys.exit(f"LlamaHub cannot start: {error}")
