#!/usr/bin/env python
"""Django's command line, which says how to start the embedded database where a command finds it not running."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.db import OperationalError

from colortest import embedded


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "colortest.settings")
    try:
        execute_from_command_line(sys.argv)
    except OperationalError:
        if settings.EMBEDDED_DATABASE and not embedded.running(settings.VAR):
            sys.exit(embedded.NOT_RUNNING)
        raise


if __name__ == "__main__":
    main()
