"""Whether something worked: the words in which actions and plans are judged."""

from __future__ import annotations

from django.db import models


class Verdict(models.TextChoices):
    """Too early to tell leaves a thing open, with a new day; each of the other three closes it."""

    NONE = "", "Not looked at yet"
    WORKED = "worked", "It worked"
    PARTLY = "partly", "It worked in part"
    DID_NOT = "did_not", "It did not work"
    TOO_EARLY = "too_early", "Too early to tell"


CLOSING = (Verdict.WORKED, Verdict.PARTLY, Verdict.DID_NOT)
