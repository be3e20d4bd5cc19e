"""R2: the three walls, proven from the catalogue and from the models, and that the proof can fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, models

from schools.tenancy import TrustForeignKey, TrustOwned
from tests.architecture.catalogue import FAULTS, OUTSIDE, all_models, faults, never_changed
from tests.architecture.harms import HARMS
from tests.architecture.owner import application_login, connect_as_owner


def ask_as_application(query: str, values: dict[str, Any]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@pytest.fixture
def owner(db: None) -> Iterator[psycopg.Connection[Any]]:
    """The owner, in a transaction that is never kept."""
    with connect_as_owner() as owner:
        yield owner
        owner.rollback()


def test_the_catalogue_shows_no_fault(db: None, say: Any) -> None:
    found = faults(ask_as_application, application_login())
    tables = ask_as_application(
        "select count(*) filter (where relrowsecurity and relforcerowsecurity), count(*) from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> all(%(outside)s)",
        {"outside": sorted(OUTSIDE)},
    )[0]
    say(f"R2 catalogue: {len(FAULTS)} queries, {len(found)} with faults, tables {tables[0]}/{tables[1]}")
    assert not found
    assert tables[0] == tables[1] > 0


def test_the_proof_runs_as_a_login_without_power(db: None) -> None:
    with connect_as_owner() as owner:
        assert owner.info.user != application_login()
    strong = ask_as_application("select rolsuper or rolbypassrls from pg_roles where rolname = current_user", {})
    assert strong == [(False,)]


@pytest.mark.parametrize("harm", HARMS)
def test_a_harm_is_found(owner: psycopg.Connection[Any], harm: str) -> None:
    kind, statements = HARMS[harm]
    role = application_login()
    owner.execute("set local row_security = on")  # else PostgreSQL itself refuses some of the harms
    for statement in statements:
        owner.execute(statement.replace("APPLICATION", role))
    found = faults(lambda query, values: owner.execute(query, values).fetchall(), role)
    assert kind in found, f"{harm}: not found; found instead {found}"


def test_every_model_is_behind_the_walls_or_listed() -> None:
    stray = [
        model._meta.label
        for model in all_models()
        if model._meta.db_table not in OUTSIDE
        and not issubclass(model, TrustOwned)
        and not hasattr(model, "pgh_tracked_model")
    ]
    assert not stray, "make it TrustOwned, or list its table in catalogue.OUTSIDE with a reason"


def test_every_link_between_tenant_rows_holds_the_trust() -> None:
    """Links of one column, one-to-one links and automatic many-to-many tables are all found here."""
    tenant = {model for model in all_models() if issubclass(model, TrustOwned)}
    wrong, right = [], 0
    for model in tenant:
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]:
            if not field.is_relation or field.remote_field.model not in tenant:
                continue
            right += isinstance(field, TrustForeignKey)
            if not isinstance(field, TrustForeignKey) and not _through_a_tenant_model(field):
                wrong.append(f"{model._meta.label}.{field.name}")
    assert not wrong
    assert right > 20


def _through_a_tenant_model(field: models.Field) -> bool:
    through = getattr(field.remote_field, "through", None)
    return through is not None and issubclass(through, TrustOwned)


def test_what_is_only_added_to_is_declared() -> None:
    assert {"schools_auditentry", "reporting_reportfile", "reporting_download"} <= set(never_changed())


def test_a_query_without_a_filter_uses_an_index_led_by_the_trust(cast: Any, say: Any) -> None:
    """The policy alone leads to the index, so that a forgotten filter costs no full read."""
    wrong, tried = [], 0
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.trust', %s, true)", [str(cast.alder.pk)])
        cursor.execute("set local enable_seqscan = off")
        for model in all_models():
            if not issubclass(model, TrustOwned) and not hasattr(model, "pgh_tracked_model"):
                continue
            tried += 1
            cursor.execute(f'explain (format json) select * from "{model._meta.db_table}"')
            if not _all_scans_by_trust(cursor.fetchone()[0][0]["Plan"]):
                wrong.append(model._meta.db_table)
    say(f"R2 plans: {tried} tables, {len(wrong)} not by an index led by the trust")
    assert not wrong


def _all_scans_by_trust(plan: dict[str, Any]) -> bool:
    """Whether every node that reads the table reads it through an index by the trust, or the person's own rows."""
    children = [child for child in plan.get("Plans", []) if child.get("Parent Relationship") != "InitPlan"]
    if plan["Node Type"] == "Seq Scan":
        return False
    if "Index Cond" in plan:
        return "trust_id" in plan["Index Cond"] or "user_id" in plan["Index Cond"]
    return bool(children) and all(_all_scans_by_trust(child) for child in children)
