from django.apps import AppConfig


class CategorisationConfig(AppConfig):
    name = "categorisation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from categorisation.record import tell
        from schools.record import TELLERS

        TELLERS.append(tell)
