"""Entry point for the worker and beat."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trust_si.settings")
app = Celery("trust_si")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
