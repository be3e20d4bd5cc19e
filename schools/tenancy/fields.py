"""The two fields that declare all three walls, and the base of every tenant model."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import apps
from django.db import models

from .scope import current_trust_id, refuse_other_trust, trust_manager
from .walls import RowSecurity, SameTrust, TriggersOnly


def _is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_tracked_model")


def _declare(model: type[models.Model], *rules: models.BaseConstraint) -> None:
    """Add constraints to a model as if they stood in its Meta."""
    if model._meta.abstract or model._meta.apps is not apps:
        return  # the historical models of a migration carry theirs already
    # keys first: migrating backwards would otherwise drop a parent's key too early
    model._meta.constraints = [*rules, *model._meta.constraints]
    model._meta.original_attrs.setdefault("constraints", [])  # else makemigrations does not look


class TrustKey(models.ForeignKey):
    """Whose row this is. Gives the table its policy and its key (trust, id)."""

    def __init__(self, to: Any = "schools.Trust", on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs.setdefault("default", current_trust_id)
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_index", False)
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        table = f"{cls._meta.app_label}_{cls._meta.model_name}"
        if _is_history(cls):
            own: models.BaseConstraint = TriggersOnly(name=f"{table}_triggers_only")
        else:
            own = models.UniqueConstraint(fields=["trust", "id"], name=f"{table}_trust_id")
        _declare(cls, own, RowSecurity(name=f"{table}_of_trust"))
        cls._meta.base_manager_name = "objects"  # forward links, refresh, save and cascades are scoped too

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, current_trust_id())
        refuse_other_trust(getattr(model_instance, self.attname))
        return getattr(model_instance, self.attname)


class TrustForeignKey(models.ForeignKey):
    """A link to a row of the same trust. The composite key replaces Django's own."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs.setdefault("db_index", False)
        kwargs["db_constraint"] = False
        super().__init__(to, on_delete, **kwargs)

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        if not _is_history(cls):
            rule = SameTrust(field=name, name=f"{cls._meta.app_label}_{cls._meta.model_name}_{name}_same"[:63])
            _declare(cls, rule)


class TrustOwned(models.Model):
    """A row that belongs to one trust."""

    trust = TrustKey()

    objects: ClassVar[Any] = trust_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        refuse_other_trust(self.trust_id)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        refuse_other_trust(self.trust_id)
        return super().delete(*args, **kwargs)
