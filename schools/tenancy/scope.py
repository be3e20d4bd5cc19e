"""Wall 1: which trust is open, and the doors that open one.

A query outside a trust raises; a row of another trust raises. The doors are `trust_scope` and `own_rows_scope`,
and this is the one file that may switch scopes off.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django_scopes import scope, scopes_disabled
from django_scopes.exceptions import ScopeError
from django_scopes.manager import DisabledQuerySet, ScopedManager
from django_scopes.state import get_scope

if TYPE_CHECKING:
    from schools.models import Trust, User


class WrongTrust(ScopeError):
    """Something of another trust was about to be read or written."""


def current_trust_id() -> int | None:
    """The primary key of the open trust, or None."""
    trust = get_scope().get("trust")
    return trust.pk if trust is not None else None


def refuse_other_trust(trust_id: int | None) -> None:
    """Raise ScopeError when no trust is open, WrongTrust when another one is."""
    if not get_scope().get("_enabled", True):
        return
    current = current_trust_id()
    if current is None:
        raise ScopeError("no trust is open")
    if trust_id is not None and trust_id != current:
        raise WrongTrust(f"trust {trust_id} was touched while trust {current} is open")


class TrustQuery(models.sql.Query):
    """Asked again when the SQL is made: a queryset built inside a trust must not be read outside it."""

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        refuse_other_trust(None)
        return super().get_compiler(*args, **kwargs)


class ClosedQuerySet(DisabledQuerySet):
    """May be declared outside a trust, by a form or an API class, but not read there."""

    def all(self) -> models.QuerySet:
        closed = current_trust_id() is None and get_scope().get("_enabled", True)
        return self._chain() if closed else self.model._default_manager.using(self._db).all()


def trust_manager(queryset: type[models.QuerySet] = models.QuerySet) -> Any:
    """The default manager of a tenant model: rows of the open trust only. Any, as it has the queryset's methods."""
    scoped = type(ScopedManager(models.Manager.from_queryset(queryset), trust="trust"))

    class TrustManager(scoped):  # type: ignore[misc, valid-type]
        def get_queryset(self) -> models.QuerySet:
            found = super().get_queryset()
            if isinstance(found, DisabledQuerySet):
                found = ClosedQuerySet(self.model, using=self._db, missing_scopes={"trust"})
            if type(found.query) is models.sql.Query:  # history rows bring a query class of their own
                found.query = found.query.chain(TrustQuery)
            return found

    return TrustManager()


@contextmanager
def trust_scope(trust: Trust) -> Iterator[Trust]:
    """Open `trust`: one durable transaction, the database's own setting for it, and the scope.

    Opening the trust that is already open does nothing; opening another one raises WrongTrust.
    """
    if current_trust_id() is not None:
        refuse_other_trust(trust.pk)
        yield trust
        return
    with transaction.atomic(durable=True):
        _set(("app.trust", str(trust.pk)))
        with scope(trust=trust):
            yield trust
        if len(connection.atomic_blocks) > 1 and not connection.needs_rollback:
            _set(("app.trust", ""), ("pghistory.context_id", ""))  # a test's own transaction would keep them


@contextmanager
def own_rows_scope(user: User) -> Iterator[User]:
    """Let `user` read their own memberships in every trust, and nothing else. Never inside a trust."""
    if current_trust_id() is not None:
        raise WrongTrust("own rows are read before a trust is opened")
    with transaction.atomic(durable=True):
        _set(("app.user", str(user.pk)))
        with scopes_disabled():
            yield user
        if len(connection.atomic_blocks) > 1 and not connection.needs_rollback:
            _set(("app.user", ""))


def _set(*settings: tuple[str, str]) -> None:
    """Set database settings for the rest of this transaction, in one round trip."""
    calls = ", ".join("set_config(%s, %s, true)" for _ in settings)
    with connection.cursor() as cursor:
        cursor.execute(f"select {calls}", [part for setting in settings for part in setting])
