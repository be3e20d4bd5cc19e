"""The application with its clock wound up, for a worker under test: all that beat does by the clock, every second."""

from trust_si.celery import app

app.conf.beat_schedule = {name: {**entry, "schedule": 1.0} for name, entry in app.conf.beat_schedule.items()}
