"""A Celery worker whose clock stands where the story's does: `python -m tests.journeys.worker -c 1 …`."""

from __future__ import annotations

import os
import sys
from datetime import datetime

import time_machine


def main() -> None:
    """Move the clock, then be an ordinary worker; its children inherit the clock."""
    time_machine.travel(datetime.fromisoformat(os.environ["JOURNEY_NOW"]), tick=True).start()
    from trust_si.celery import app

    app.worker_main(["worker", *sys.argv[1:]])


if __name__ == "__main__":
    main()
