"""A form of the strategy as it is filled in, kept answer by answer."""

from __future__ import annotations

from django.db import models

from schools.tenancy import TrustOwned


class FilledIn(TrustOwned):
    """A row that holds a filled form while it is written, and afterwards.

    `answers` is the form by name (see `schools.filled`), `touched` by name [version, who, when] of its last change,
    `version` rises with every save that changes something. None of them belongs in the history of acts.
    """

    answers = models.JSONField(default=dict)
    touched = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True
