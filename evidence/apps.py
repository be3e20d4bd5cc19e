from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from evidence.models import Inspection, PublishedFigure
        from evidence.services import INSPECTION_FILES
        from evidence.services.hiding import hide_anew
        from evidence.services.published import FIGURE_FILES
        from schools.services.register import HELD, UPLOADS
        from schools.services.trusts import AFTER_SETTINGS

        UPLOADS.extend([*INSPECTION_FILES, *FIGURE_FILES])
        AFTER_SETTINGS.append(hide_anew)
        HELD.append(("Inspections", Inspection))
        HELD.append(("Published figures", PublishedFigure))
