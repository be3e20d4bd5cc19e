from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "reporting"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from monitoring.templatetags.beside import SHOWN
        from plans.queries.position import TOLD_BY
        from reporting.queries.position import position_of
        from reporting.views.known import known_beside  # its models are there only now

        SHOWN.append(known_beside)
        TOLD_BY.append(position_of)
