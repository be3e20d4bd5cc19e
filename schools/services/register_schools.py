"""A trust's own list of schools: picked from the national register, added by hand, joined and left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from schools.audit import record_act
from schools.models import Membership, School
from schools.queries import RegisterSchool, schools_of_group
from schools.words import listed


@dataclass(frozen=True)
class Pick:
    """What the trust says of a school it takes from the register: the day it joined, and the phase nobody published."""

    joined_on: date
    phase: str = ""  # a SchoolPhase; the register's own goes first


def add_schools_from_register(uid: str, picks: Mapping[str, Pick], *, by: Membership) -> list[School]:
    """Add schools of group `uid` to the open trust, by URN.

    A school the trust has already is left as it is. Raises ValidationError where neither the register nor the trust
    says a school's phase: what a school is asked depends on it.
    """
    here = set(School.objects.filter(urn__in=picks).values_list("urn", flat=True))
    rows = [row for row in schools_of_group(uid) if row.urn in picks and row.urn not in here]
    unknown = set(picks) - here - {row.urn for row in rows}
    if unknown:
        raise ValidationError(f"The register does not place {', '.join(sorted(unknown))} in group {uid}.")
    vague = [row.name for row in rows if not (row.phase or picks[row.urn].phase)]
    if vague:
        raise ValidationError(f"Choose a phase for {listed(vague, most=4)}.")
    if not rows:
        return []
    count = "1 school" if len(rows) == 1 else f"{len(rows)} schools"
    record_act("schools.added", School, by=by, after=f"{count} of group {uid}", why="From the national register.")
    return School.objects.bulk_create([_school(row, picks[row.urn]) for row in rows])


def _school(row: RegisterSchool, pick: Pick) -> School:
    return School(
        urn=row.urn,
        laestab=row.laestab,
        ukprn=row.ukprn,
        name=row.name,
        phase=row.phase or pick.phase,
        age_low=row.age_low,
        age_high=row.age_high,
        pupils=row.pupils,
        capacity=row.capacity,
        la_name=row.la_name,
        joined_on=pick.joined_on,
        as_at=row.as_at,
    )


def add_school(*, by: Membership, **fields: Any) -> School:
    """Add a school the register does not hold, or not in this group."""
    if School.objects.filter(urn=fields["urn"]).exists():
        raise ValidationError({"urn": "The trust has a school with this URN already."})
    record_act("school.added", School, by=by, after=fields["name"])
    return School.objects.create(**fields)


def change_school(
    school: School,
    *,
    by: Membership,
    joined_on: date,
    left_on: date | None,
    short_name: str = "",
    phase: str = "",
    easting: int | None = None,
    northing: int | None = None,
    why: str = "",
) -> School:
    """Set the days a school joined and left, its short name, its phase, and where it stands on the national grid."""
    if left_on is not None and left_on < joined_on:
        raise ValidationError({"left_on": "A school leaves after it has joined."})
    if (easting is None) != (northing is None):
        missing = "easting" if easting is None else "northing"
        raise ValidationError({missing: "Enter both figures, or neither."})
    after = {
        "joined_on": joined_on, "left_on": left_on, "short_name": short_name, "phase": phase or school.phase,
        "easting": easting, "northing": northing,
    }  # fmt: skip
    changed = [field for field, value in after.items() if getattr(school, field) != value]
    if not changed:
        return school
    record_act(
        "school.changed",
        school,
        by=by,
        school=school,
        before=_listed({field: getattr(school, field) for field in changed}),
        after=_listed({field: after[field] for field in changed}),
        why=why,
    )
    for field in changed:
        setattr(school, field, after[field])
    school.save(update_fields=changed)
    return school


def _listed(values: Mapping[str, Any]) -> str:
    words = {"joined_on": "joined", "left_on": "left", "short_name": "short name"}
    return ", ".join(f"{words.get(field, field)} {value or 'not set'}" for field, value in values.items())
