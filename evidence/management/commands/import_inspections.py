"""`import_inspections FILE…`: published inspections from Ofsted's management information, CSV or XLSX."""

from __future__ import annotations

from evidence.services import import_inspections
from schools.management.imports import ImportCommand


class Command(ImportCommand):
    help = "Import Ofsted's management information: report cards and grades 1 to 4, each under its own framework."
    importer = staticmethod(import_inspections)
