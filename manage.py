#!/usr/bin/env python
"""Django's command line. `bin/manage` runs it with the demo's database and broker."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")
    execute_from_command_line(sys.argv)
