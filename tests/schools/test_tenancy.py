"""The scope: wall 1 on its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django_scopes import scopes_disabled
from django_scopes.exceptions import ScopeError

from schools.models import School
from schools.tenancy import WrongTrust, trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory


def test_a_query_outside_a_trust_raises(cast: Cast) -> None:
    for read in (School.objects.count, lambda: list(School.objects.all()), School.objects.exists):
        with pytest.raises(ScopeError):
            read()


def test_a_queryset_kept_past_its_trust_raises(cast: Cast) -> None:
    with trust_scope(cast.alder):
        kept = School.objects.all()
    with pytest.raises(ScopeError):
        list(kept)


def test_a_row_of_another_trust_cannot_be_saved_or_deleted(cast: Cast) -> None:
    with trust_scope(cast.birch):
        with pytest.raises(WrongTrust):
            cast.dunmere.save()
        with pytest.raises(WrongTrust):
            cast.dunmere.delete()
        with pytest.raises(WrongTrust):
            SchoolFactory(trust_id=cast.alder.pk)


def test_a_second_trust_cannot_be_opened_inside_the_first(cast: Cast) -> None:
    with trust_scope(cast.alder), pytest.raises(WrongTrust), trust_scope(cast.birch):
        pass


def test_row_security_holds_when_the_scope_is_off(cast: Cast) -> None:
    with trust_scope(cast.alder), scopes_disabled():
        assert {school.trust_id for school in School.objects.all()} == {cast.alder.pk}
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from schools_school")
        assert cursor.fetchone() == (0,)
