"""`import_register FILE…`: schools, groups, memberships and predecessors from the files of GIAS."""

from __future__ import annotations

from schools.management.imports import ImportCommand
from schools.services.register import import_file


class Command(ImportCommand):
    help = "Import files of the national register (GIAS). Each is recognised by its columns; all are imported, or none."
    importer = staticmethod(import_file)
