"""What pages ask about evidence, one function a page."""

from .inspections import InspectionShown, categories, inspections_of, latest, with_membership

__all__ = ["InspectionShown", "categories", "inspections_of", "latest", "with_membership"]
