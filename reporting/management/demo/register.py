"""The invented schools in the national register, and their invented inspections. No real URN is ever written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from evidence.models import Inspection
from reporting.management.demo.story import SchoolPlan, Story
from schools.models import Establishment, EstablishmentGroup, GroupLink

SOURCE = "Invented for the demonstration"
GRADED_AREAS = ("quality_of_education", "behaviour_and_attitudes", "personal_development", "leadership_and_management")
"""What an overall grade stands for where the story gives nothing else."""

PUBLISHED_AFTER = timedelta(days=38)
LOCAL_AUTHORITY = {"la_code": "999", "la_name": "Northmere"}
OPEN_PRIMARY = {"kind": "Academy converter", "status": "Open", "phase": "Primary", **LOCAL_AUTHORITY}


def write_register(story: Story) -> None:
    """Schools, inspections, and a group from which a new trust can be set up. What is there already is left alone."""
    as_at, group, others = story.register["as_at"], story.register["group"], story.register["school"]
    from_here: dict[str, Any] = {"source": SOURCE, "as_at": as_at}
    plans = {plan.urn: plan for trust in story.trusts for plan in trust.schools}
    known = [Establishment(**_fields_of(plan), **OPEN_PRIMARY, **from_here) for plan in plans.values()]
    known += [Establishment(**_own_fields(one), group_uid=group["uid"], **OPEN_PRIMARY, **from_here) for one in others]
    Establishment.objects.bulk_create(known, ignore_conflicts=True)
    EstablishmentGroup.objects.bulk_create([EstablishmentGroup(**group, **from_here)], ignore_conflicts=True)
    links = [
        GroupLink(group_uid=group["uid"], urn=one["urn"], joined_on=one["joined_on"], **from_here) for one in others
    ]
    GroupLink.objects.bulk_create(links, ignore_conflicts=True)
    _write_inspections(story, as_at)


def _fields_of(plan: SchoolPlan) -> dict[str, Any]:
    return {
        "urn": plan.urn, "name": plan.name, "laestab": plan.laestab.replace("/", ""), "pupils": plan.pupils,
        "capacity": plan.capacity, "age_low": plan.ages[0], "age_high": plan.ages[1],
    }  # fmt: skip


def _own_fields(one: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in one.items() if name not in ("joined_on", "inspections")}


def _write_inspections(story: Story, as_at: date) -> None:
    told = [(plan.urn, one) for trust in story.trusts for plan in trust.schools for one in plan.inspections]
    told += [(school["urn"], one) for school in story.register["school"] for one in school.get("inspections", [])]
    rows = [_inspection(urn, one, as_at) for urn, one in told]
    Inspection.objects.bulk_create(rows, ignore_conflicts=True)


def _inspection(urn: str, one: dict[str, Any], as_at: date) -> Inspection:
    """Under the framework of its day; no overall grade where none was given any more."""
    grades, overall = one.get("grades", {}), one.get("overall", "")
    is_card = "curriculum_and_teaching" in grades
    framework = Inspection.Framework.REPORT_CARD if is_card else Inspection.Framework.GRADED
    if overall and not grades:
        grades = dict.fromkeys(GRADED_AREAS, overall)
    overall = overall or ("" if is_card else "Not judged")
    return Inspection(
        urn=urn, framework=framework, inspected_on=one["on"], published_on=one["on"] + PUBLISHED_AFTER,
        kind="Full inspection" if is_card else "Schools inspection", overall=overall, grades=grades,
        safeguarding=one.get("safeguarding", "Yes"), source=SOURCE, as_at=as_at,
    )  # fmt: skip
