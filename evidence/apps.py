from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from evidence.models import Inspection
        from evidence.services import INSPECTION_FILES
        from schools.services.register import HELD, UPLOADS

        UPLOADS.extend(INSPECTION_FILES)
        HELD.append(("Inspections", Inspection))
