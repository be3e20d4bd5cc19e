from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    name = "schools"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from schools.access import refuse_unknown_roles  # needs the models

        refuse_unknown_roles()
