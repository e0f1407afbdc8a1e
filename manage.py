#!/usr/bin/env python
"""Django's command line for LlamaHub."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "llamahub.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        # Django would go on without settings for some commands; we say what is wrong with them first.
        settings.INSTALLED_APPS  # noqa: B018
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"LlamaHub cannot start: {error}")


if __name__ == "__main__":
    main()
