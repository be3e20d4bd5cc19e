"""Every real file of the register, whole: counts per status, and nothing lost on the way."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.db.models import Model

from schools.models import Establishment, EstablishmentGroup, EstablishmentLink, GroupLink
from schools.queries import schools_of_group
from schools.services.register import ImportResult, import_file
from tests.schools.register_files import FIXTURES, GIAS, SHARED

pytestmark = [pytest.mark.shared, pytest.mark.django_db]
MEMBERS = SHARED / "data" / "trusts" / "example_trusts_schools.csv"


def count(model: type[Model], field: str) -> dict[Any, int]:
    return dict(Counter(model._default_manager.values_list(field, flat=True)))


def sound(result: ImportResult, kind: str, read: int, kept: int) -> None:
    assert (result.kind, result.rows_read, result.rows_kept, result.fault_count) == (kind, read, kept, 0)


def test_establishments_of_2026() -> None:
    sound(import_file(GIAS / "gias_establishments_subset_2026-08.csv"), "establishments", 1524, 1524)
    assert count(Establishment, "status") == {"Open": 1497, "Closed": 25, "Open, but proposed to close": 2}
    assert Establishment.objects.exclude(group_uid="").count() == 1524 - 367
    assert Establishment.objects.filter(laestab="").count() == 0


def test_search_results_of_2022() -> None:
    sound(import_file(GIAS / "gias_search_results_surrey_2022-04-20.csv"), "establishments", 576, 576)
    assert count(Establishment, "status") == {"Open": 299, "Closed": 275, "Open, but proposed to close": 2}
    assert Establishment.objects.filter(opened_on=None).count() == 401 + 17  # blank, and 01-01-1900
    assert Establishment.objects.filter(fsm_percent=None).count() == 219


def test_groups_of_2022_and_2026() -> None:
    sound(import_file(GIAS / "allgroupsdata_2022-03.csv"), "groups", 6883, 6883)
    assert count(EstablishmentGroup, "status") == {"Open": 5597, "Closed": 1285, "Proposed to open": 1}
    sound(import_file(GIAS / "allgroupsdata_2026-03.csv"), "groups", 7167, 7167)
    known = EstablishmentGroup.objects.filter(as_at=date(2026, 3, 1))
    assert dict(Counter(known.values_list("status", flat=True))) == {"Open": 5062, "Closed": 2105}
    assert dict(Counter(known.values_list("kind_code", flat=True)))["6"] == 1761
    assert EstablishmentGroup.objects.count() == 7173  # six of 2022 are gone since
    assert not EstablishmentGroup.objects.filter(opened_on__lt=date(1903, 1, 1)).exists()
    assert known.exclude(companies_house="").count() == 7167 - 3677


def test_memberships_of_2022() -> None:
    result = import_file(GIAS / "alllinksdata_2022-03.csv")
    sound(result, "group_links", 20395, 18772)
    assert result.left_out == {"children’s centres, not schools": 1623}
    assert (GroupLink.objects.count(), Establishment.objects.count()) == (18772, 11457)
    assert count(Establishment, "status") == {"": 11457}
    assert Establishment.objects.exclude(as_at=date(2022, 3, 1)).count() == 0


def test_predecessors_of_2024() -> None:
    sound(import_file(GIAS / "links_edubasealldata20240129.csv"), "establishment_links", 32197, 32197)
    kinds = count(EstablishmentLink, "kind")
    assert (len(kinds), kinds["Predecessor"], kinds["Successor"]) == (17, 15509, 15681)
    assert EstablishmentLink.objects.filter(since=None).count() == 8258


def test_the_full_layout_its_links_and_the_academies_list() -> None:
    day = date(2024, 3, 1)
    sound(import_file(FIXTURES / "fbit_gias.csv", as_at=day), "establishments", 60, 60)
    sound(import_file(FIXTURES / "fbit_gias_all_links.csv", as_at=day), "group_links", 60, 60)
    sound(import_file(FIXTURES / "fbit_academy_master_list.csv", as_at=day), "academy_list", 60, 60)
    assert count(Establishment, "status") == {"Open": 60}
    assert count(EstablishmentGroup, "kind_code") == {"10": 60}
    assert GroupLink.objects.count() == 60
    assert EstablishmentGroup.objects.get(uid="80000").companies_house == "09000000"


def test_the_schools_of_one_trust() -> None:
    for path in (GIAS / "alllinksdata_2022-03.csv", GIAS / "gias_establishments_subset_2026-08.csv"):
        import_file(path)
    sound(import_file(MEMBERS, as_at=date(2025, 8, 31)), "group_links", 322, 322)
    schools = schools_of_group("4320")
    assert len(schools) == 62
    assert dict(Counter(school.phase for school in schools)) == {"primary": 62}
    assert sum(school.joined_on is None for school in schools) == 2
    assert sum(school.as_at == date(2026, 8, 1) for school in schools) == 4
