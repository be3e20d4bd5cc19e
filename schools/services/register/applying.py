"""From the temporary table into the register, one statement a table. What is older never overwrites what is newer.

Each statement answers how many rows were new and how many were brought up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import connection

from .staging import STAGING

AGEING = frozenset({"capacity", "pupils", "fsm_percent"})
"""Figures of a date: where a newer file lacks them they become unknown, rather than looking newer than they are."""


@dataclass(frozen=True)
class Counts:
    """What became of the rows of one table."""

    new: int
    updated: int


@dataclass(frozen=True)
class Origin:
    """Written beside every row: which file it is from, and of which day."""

    source: str
    as_at: date


def upsert(
    table: str, columns: Mapping[str, str], key: tuple[str, ...], *, origin: Origin, rows: str, keep: Mapping[str, str],
    when: str, unknown: frozenset[str] = frozenset(),
) -> Counts:  # fmt: skip
    """Insert, or bring up to date where `when` holds.

    `columns`: column -> SQL over `rows`. For a row that is there already, `keep`: column -> SQL, `unknown`: emptied.
    """
    names = [*columns, "source", "as_at"]
    changes = [f"{n} = {keep.get(n, f'excluded.{n}')}" for n in names if n not in key]
    changes += [f"{n} = null" for n in sorted(unknown)]
    sql = f"""
        with done as (
            insert into {table} as old ({", ".join(names)})
            select {", ".join(columns.values())}, %s, %s {rows}
            on conflict ({", ".join(key)}) do update set {", ".join(changes)} where {when}
            returning (xmax = 0) as is_new)
        select count(*) filter (where is_new), count(*) filter (where not is_new) from done
    """  # noqa: S608 - our own names; every value is a parameter or staged
    with connection.cursor() as cursor:
        cursor.execute(sql, [origin.source, origin.as_at])
        return Counts(*cursor.fetchone())


NEWER = "excluded.as_at >= old.as_at"
LAESTAB = "case when {la} <> '' and {number} <> '' then {la} || {number} else '' end"


def apply_establishments(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """A school known so far only from a links file has no status: it is filled whatever its day."""
    columns = {name: name for name in sorted(names - {"number"})}
    columns["laestab"] = laestab(names)
    for name in ("la_code", "la_name", "kind", "phase", "ukprn", "group_uid", "postcode", "town"):
        columns.setdefault(name, "''")
    keep = {name: f"old.{name}" for name in ("la_code", "ukprn", "group_uid", "postcode", "town") if name not in names}
    counts = upsert(
        "schools_establishment", columns, ("urn",), origin=origin, rows=f"from {STAGING}", keep=keep,
        when=f"{NEWER} or old.status = ''", unknown=AGEING - names,
    )  # fmt: skip
    return {"schools": counts}


def laestab(names: frozenset[str]) -> str:
    """LA code and establishment number together; unknown where the file has only one of them."""
    return LAESTAB.format(la="la_code", number="number") if {"la_code", "number"} <= names else "''"


def group_columns(names: frozenset[str], *, ukprn: bool) -> dict[str, str]:
    """SQL for each column of a group. A group's day of opening is that of its incorporation, where it has one."""

    def has(name: str, otherwise: str) -> str:
        return name if name in names else otherwise

    opened = f"coalesce({has('group_opened_on', 'null')}, {has('group_open_date', 'null')})::date"
    return {
        "uid": "uid",
        "group_id": has("group_id", "''"),
        "name": "group_name",
        "kind_code": has("kind_code", "''"),
        "kind": has("group_kind", "''"),
        "status": has("group_status", "''"),
        "companies_house": has("companies_house", "''"),
        "ukprn": "ukprn" if ukprn else "''",
        "opened_on": opened,
        "closed_on": has("group_closed_on", "null::date"),
    }


def apply_groups(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """Trusts, federations, sponsors."""
    columns = group_columns(names, ukprn="ukprn" in names)
    keep = {} if "ukprn" in names else {"ukprn": "old.ukprn"}
    counts = upsert(
        "schools_establishmentgroup", columns, ("uid",), origin=origin, rows=f"from {STAGING}", keep=keep, when=NEWER
    )
    return {"groups": counts}


def apply_group_links(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """Memberships, and whatever the file tells of groups and schools that are not known otherwise."""
    found = {}
    if "group_name" in names:
        found["groups"] = groups_of_links(names, origin)
    if "name" in names:
        found["schools known from links only"] = schools_of_links(names, origin)
    found["memberships"] = upsert(
        "schools_grouplink",
        {"group_uid": "uid", "urn": "urn", "joined_on": "joined_on" if "joined_on" in names else "null::date"},
        ("group_uid", "urn"), origin=origin, rows=f"from {STAGING}",
        keep={"joined_on": "coalesce(excluded.joined_on, old.joined_on)"}, when=NEWER,
    )  # fmt: skip
    close_older_memberships()
    return found


def groups_of_links(names: frozenset[str], origin: Origin) -> Counts:
    """A full links file tells as much of a group as the groups file does, but for its UKPRN; a plain list names it."""
    columns = group_columns(names, ukprn=False)
    rows = f"from (select distinct on (uid) * from {STAGING} where group_name <> '' order by uid, file_row) s"  # noqa: S608
    return upsert(
        "schools_establishmentgroup", columns, ("uid",), origin=origin, rows=rows, keep={"ukprn": "old.ukprn"},
        when=NEWER if "kind_code" in names else "false",
    )  # fmt: skip


def schools_of_links(names: frozenset[str], origin: Origin) -> Counts:
    """Schools without a record of their own: blanks, and an “as at”. Never touches a school that has one (a status)."""
    own = ("name", "kind", "phase", "la_code", "la_name", "postcode", "pupils")
    columns = {"urn": "urn", "laestab": laestab(names)} | {str(n): str(n) for n in own if n in names}
    for name in ("kind", "phase", "la_code", "la_name", "postcode", "town", "status", "ukprn", "group_uid"):
        columns.setdefault(name, "''")
    keep = {n: f"coalesce(nullif(excluded.{n}, ''), old.{n})" for n in columns if n not in {"pupils", "urn"}}
    rows = f"from (select distinct on (urn) * from {STAGING} where name <> '' order by urn, file_row) s"  # noqa: S608
    return upsert(
        "schools_establishment", columns, ("urn",), origin=origin, rows=rows, keep=keep,
        when=f"old.status = '' and {NEWER}", unknown=frozenset({"pupils"}) - names,
    )  # fmt: skip


def close_older_memberships() -> None:
    """A school is in one academy trust at a time: when it joined another later, it left the earlier one that day."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            update schools_grouplink old set left_on = later.joined_on
            from schools_grouplink later, schools_establishmentgroup was, schools_establishmentgroup has,
                 {STAGING} staged
            where staged.urn = old.urn and later.urn = old.urn and later.group_uid <> old.group_uid
              and old.left_on is null and later.joined_on > old.joined_on and later.as_at >= old.as_at
              and was.uid = old.group_uid and has.uid = later.group_uid
              and was.kind_code in ('6', '10', '11') and has.kind_code in ('6', '10', '11')
            """  # noqa: S608 - our own names
        )


def apply_academy_list(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """Knows schools by DfE number and trusts by company: rows that meet neither, or two, are left as they are."""
    rows = f"""
        from (select min(g.uid) as uid, min(e.urn) as urn, min(s.left_on) as left_on,
                     min(coalesce(s.joined_on, s.valid_from)) as joined_on
              from {STAGING} s
              join schools_establishment e on e.laestab = s.laestab
               and e.laestab <> '' and e.status not ilike 'closed%%'
              join schools_establishmentgroup g on g.companies_house = s.companies_house
               and g.companies_house <> '' and g.kind_code in ('6', '10', '11')
              group by s.file_row having count(*) = 1) found
    """  # noqa: S608 - our own names
    counts = upsert(
        "schools_grouplink", {n: n for n in ("urn", "joined_on", "left_on")} | {"group_uid": "uid"},
        ("group_uid", "urn"), origin=origin, rows=rows,
        keep={"joined_on": "coalesce(excluded.joined_on, old.joined_on)"}, when=NEWER,
    )  # fmt: skip
    return {"memberships": counts}


def apply_establishment_links(names: frozenset[str], origin: Origin) -> dict[str, Counts]:
    """Predecessors and successors."""
    columns = {name: name for name in ("urn", "linked_urn", "kind")}
    columns["linked_name"] = "linked_name" if "linked_name" in names else "''"
    columns["since"] = "since" if "since" in names else "null::date"
    counts = upsert(
        "schools_establishmentlink", columns, ("urn", "linked_urn", "kind"), origin=origin, rows=f"from {STAGING}",
        keep={"since": "coalesce(excluded.since, old.since)"}, when=NEWER,
    )  # fmt: skip
    return {"links": counts}


APPLY = {
    "establishments": apply_establishments,
    "groups": apply_groups,
    "group_links": apply_group_links,
    "academy_list": apply_academy_list,
    "establishment_links": apply_establishment_links,
}
