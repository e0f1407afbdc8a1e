"""What the production server calls."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")

try:
    django.setup(set_prefix=False)
    from .checks import refuse_bad_configuration
    from .edge import EdgeHandler

    refuse_bad_configuration()
    application = EdgeHandler()
except ImproperlyConfigured as error:
    sys.exit(f"LlamaHub cannot start: {error}")
