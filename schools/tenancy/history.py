"""History of tenant rows: written by triggers, under the same walls, never changed.

A change is kept when it belongs to an act (see `schools.audit`); autosaved drafts do not, so they leave no history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pghistory
import pghistory.models
import pgtrigger
from django.db import models

from .scope import trust_manager

_ACT = "NULLIF(current_setting('pghistory.context_id', true), '') IS NOT NULL"
IN_AN_ACT = pgtrigger.Condition(_ACT)


class ChangedInAnAct(pgtrigger.AnyChange):
    """Any tracked field changed, and the change belongs to an act."""

    def resolve(self, model: type[models.Model]) -> str:
        return f"(({_ACT}) AND ({super().resolve(model)}))"


class Event(pghistory.models.Event):
    """Base of every history row. The context is in the row itself, under the row's own policy."""

    objects: ClassVar[Any] = trust_manager(pghistory.models.EventQuerySet)

    class Meta:
        abstract = True


def tracked(*, exclude: tuple[str, ...] = ()) -> Callable[[type[models.Model]], type[models.Model]]:
    """Keep every inserted, changed and deleted row that belongs to an act, apart from the fields in `exclude`."""

    def decorate(model: type[models.Model]) -> type[models.Model]:
        options: dict[str, Any] = {"exclude": list(exclude)} if exclude else {}
        return pghistory.track(
            pghistory.InsertEvent(condition=IN_AN_ACT),
            pghistory.UpdateEvent(condition=ChangedInAnAct(exclude=list(exclude))),
            pghistory.DeleteEvent(condition=IN_AN_ACT),
            base_model=Event,
            obj_field=pghistory.ObjForeignKey(db_index=False, related_name="history"),
            context_field=pghistory.ContextJSONField(),
            context_id_field=pghistory.ContextUUIDField(),
            append_only=False,  # refused by the database's rights and policy instead of a trigger
            meta={"indexes": [models.Index(fields=["trust", "pgh_obj"], name=f"{model._meta.model_name}_event_of")]},
            **options,
        )(model)

    return decorate
