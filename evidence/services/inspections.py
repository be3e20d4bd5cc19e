"""Imports of published inspections, each kept under its own framework. Grades are stored as published."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

from evidence.rules import CATEGORIES, FRAMEWORKS, Area, Framework
from schools.services.register import (
    Column,
    Counts,
    ImportResult,
    Kinds,
    Layout,
    LayoutKind,
    Options,
    Origin,
    import_file,
    upsert,
    values,
)

NO_GRADE = ("", "NULL", "0")
"""How published files say that there is no grade."""


def import_inspections(path: Path, **options: Unpack[Options]) -> ImportResult:
    """One file of Ofsted's management information, CSV or XLSX. Raises Refused; see `import_file`."""
    return import_file(path, kinds=INSPECTION_FILES, **options)


def published(known: tuple[str, ...], what: str) -> values.Clean:
    """A word of a framework, whatever its case, as the framework writes it."""
    words = {word.casefold(): word for word in known} | {word.casefold(): "" for word in NO_GRADE}

    def clean(cell: str) -> str:
        found = words.get(values.digits(" ".join(cell.split())).casefold())
        if found is None:
            raise values.BadValue(f"“{cell.strip()[:40]}” is not {what}")
        return found

    return clean


def unless_null(clean: values.Clean, blank: str = "") -> values.Clean:
    """The text NULL stands for nothing."""
    return lambda cell: blank if cell.strip() in ("", "NULL") else clean(cell)


def columns_of(framework: Framework) -> list[Column]:
    """The columns of one framework in a file, their names in the database begun with the framework's key."""
    key, called = framework.key, framework.columns
    area_grade = grade_of(framework, "a grade")
    return [
        Column(f"{key}_on", called["dated"], unless_null(values.day, values.NULL), "date", values.NULL),
        Column(f"{key}_published", called["published"], unless_null(values.day, values.NULL), "date", values.NULL),
        Column(f"{key}_kind", called["kind"], unless_null(values.text(120))),
        Column(f"{key}_urn", called["urn_then"], unless_null(values.URN)),
        Column(f"{key}_overall", called["overall"], grade_of(framework, "an overall grade")),
        Column(f"{key}_safeguarding", called["safeguarding"], safeguarding_of(framework)),
        Column(f"{key}_category", called["category"], published(tuple(CATEGORIES), "a category of concern")),
        *(Column(area_column(framework, area), area.columns, area_grade) for area in framework.areas),
    ]


def grade_of(framework: Framework, what: str) -> values.Clean:
    return published(tuple(grade.published for grade in framework.grades), f"{what} of “{framework.label}”")


def safeguarding_of(framework: Framework) -> values.Clean:
    return published(tuple(framework.safeguarding_words), "a published judgement of safeguarding")


def area_column(framework: Framework, area: Area) -> str:
    return f"{framework.key}_{area.key}"[:60]


INSPECTIONS = Layout(
    key="inspections",
    label="Ofsted inspections",
    needs=("URN",),
    needs_one=tuple(
        name
        for framework in FRAMEWORKS.values()
        for name in (*framework.columns["overall"], *(framework.columns["safeguarding"] if not framework.ends else ()))
    ),
    without=(),
    columns=(
        Column("urn", ("URN",), values.URN),
        *(column for framework in FRAMEWORKS.values() for column in columns_of(framework)),
    ),
    once=("urn",),
)


def apply_inspections(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """One statement a framework. A row without a grade, or without a day, is no inspection of it."""
    found: dict[str, Counts] = {}
    for framework in FRAMEWORKS.values():
        if f"{framework.key}_on" in names:
            found[framework.label] = apply_framework(framework, names, origin)
    total = Counts(sum(c.new for c in found.values()), sum(c.updated for c in found.values()))
    return {**found, "inspections": total}


def apply_framework(framework: Framework, names: frozenset[str], origin: Origin) -> Counts:
    def has(part: str, otherwise: str) -> str:
        return f"{framework.key}_{part}" if f"{framework.key}_{part}" in names else otherwise

    day, grades = f"{framework.key}_on", grades_sql(framework, names)
    urn = f"coalesce(nullif({has('urn', 'urn')}, ''), urn)"
    columns = {
        "urn": urn,
        "framework": f"'{framework.key}'",
        "inspected_on": day,
        "published_on": has("published", "null::date"),
        "kind": has("kind", "''"),
        "overall": has("overall", "''"),
        "safeguarding": has("safeguarding", "''"),
        "category_of_concern": has("category", "''"),
        "grades": grades,
    }
    graded = f"({columns['overall']} <> '' or {grades} <> '{{}}' or {columns['safeguarding']} <> '')"
    once = f"select distinct on ({urn}, {day}) * from register_staging order by {urn}, {day}, file_row"  # noqa: S608
    return upsert(
        "evidence_inspection", columns, ("urn", "framework", "inspected_on"), origin=origin,
        rows=f"from ({once}) s where {day} is not null and {graded}",
        keep={"published_on": "coalesce(excluded.published_on, old.published_on)"}, when="excluded.as_at >= old.as_at",
    )  # fmt: skip


def grades_sql(framework: Framework, names: frozenset[str]) -> str:
    """{area: grade as published}, without the areas that have none."""
    pairs = [
        f"'{area.key}', nullif({area_column(framework, area)}, '')"
        for area in framework.areas
        if area_column(framework, area) in names
    ]
    return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"


INSPECTION_FILES: Kinds = [LayoutKind(INSPECTIONS, apply_inspections)]
