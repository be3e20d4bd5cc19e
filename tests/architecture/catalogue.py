"""The proof of the walls from PostgreSQL's own catalogue. Each query lists faults; an empty answer is the proof.

The queries run as the application. `%(role)s` is its login, so that the owner can ask the same inside a transaction
in which something was broken on purpose.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.db import models

from schools.tenancy import NeverChanged, TrustForeignKey, TrustOwned

FRAMEWORK = "the framework's own; it holds nothing of a trust"
SIGN_IN = "how a person signs in, for the whole installation"
NATIONAL = "the national register, the same for every trust"

OUTSIDE: dict[str, str] = {
    "account_emailaddress": SIGN_IN,
    "account_emailconfirmation": SIGN_IN,
    "auth_group": FRAMEWORK,
    "auth_group_permissions": FRAMEWORK,
    "auth_permission": FRAMEWORK,
    "axes_accessattempt": SIGN_IN,
    "axes_accessattemptexpiration": SIGN_IN,
    "axes_accessfailurelog": SIGN_IN,
    "axes_accesslog": SIGN_IN,
    "django_content_type": FRAMEWORK,
    "django_migrations": FRAMEWORK,
    "django_session": "read before a trust is known; it holds a person's number and the names of their trusts",
    "evidence_inspection": NATIONAL,
    "evidence_publishedfigure": NATIONAL,
    "mfa_authenticator": SIGN_IN,
    "pghistory_context": "made by the library and not used: the context is in each history row",
    "schools_apitoken": "read before a trust is open; a hash, a person, a trust",
    "schools_establishment": NATIONAL,
    "schools_establishmentgroup": NATIONAL,
    "schools_establishmentlink": NATIONAL,
    "schools_grouplink": NATIONAL,
    "schools_invitationkey": "read before a trust is open; a hash and a number",
    "schools_job": "read by workers before a trust is open; numbers and states, no content",
    "schools_registerimport": NATIONAL,
    "schools_trust": "the list of tenants itself",
    "schools_user": "a person is one row for the installation; what they may do is inside",
    "socialaccount_socialaccount": SIGN_IN,
    "socialaccount_socialapp": SIGN_IN,
    "socialaccount_socialtoken": SIGN_IN,
}
"""Tables outside the walls, each with the reason."""

OWN_ROWS = {"schools_membership": "membership_own_row"}
"""Table -> the one further policy it may have: a person's own rows, to read, before a trust is open."""

TENANT = """
    tenant as (
        select oid, relname, relrowsecurity, relforcerowsecurity from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname <> all(%(outside)s::text[])
    )
"""

TRUST_COLUMN = "(select attnum from pg_attribute where attrelid = {} and attname = 'trust_id' and not attisdropped)"


def plain(expression: str) -> str:
    """An expression without the brackets, casts and blanks that releases of PostgreSQL print differently."""
    return rf"regexp_replace(lower({expression}), '(::[a-z]+)|( as \"?[a-z0-9]+\"?)|[\s()\"]', '', 'g')"


OF_OPEN_TRUST = "trust_id=selectnullifcurrent_setting''app.trust'',true,''''"
OF_OWN_USER = "user_id=selectnullifcurrent_setting''app.user'',true,''''"

FAULTS: dict[str, str] = {
    "no trust": f"""
        with {TENANT} select relname from tenant where {TRUST_COLUMN.format("oid")} is null""",
    "trust may be missing": f"""
        with {TENANT} select relname from tenant join pg_attribute on attrelid = oid
        where attname = 'trust_id' and not attnotnull""",
    "row security off": f"""
        with {TENANT} select relname from tenant where not relrowsecurity""",
    "row security not forced": f"""
        with {TENANT} select relname from tenant where not relforcerowsecurity""",
    "no policy with both halves": f"""
        with {TENANT} select relname from tenant where not exists (
            select from pg_policy where polrelid = tenant.oid and polpermissive and polcmd = '*' and polroles = '{{0}}'
            and {plain("pg_get_expr(polqual, polrelid)")} = '{OF_OPEN_TRUST}'
            and {plain("pg_get_expr(polwithcheck, polrelid)")} = '{OF_OPEN_TRUST}')""",
    "another permissive policy": f"""
        with {TENANT} select relname || '.' || polname from pg_policy join tenant on tenant.oid = polrelid
        where polpermissive
        and coalesce({plain("pg_get_expr(polqual, polrelid)")}, '') || '/' ||
            coalesce({plain("pg_get_expr(polwithcheck, polrelid)")}, '') <> '{OF_OPEN_TRUST}/{OF_OPEN_TRUST}'
        and not (relname || '.' || polname = any(%(own_rows)s::text[]) and polcmd = 'r'
            and {plain("pg_get_expr(polqual, polrelid)")} = '{OF_OWN_USER}')""",
    "key between tenant tables without the trust": f"""
        with {TENANT} select child.relname || '.' || conname from pg_constraint
        join tenant child on child.oid = conrelid join tenant parent on parent.oid = confrelid
        where contype = 'f' and not exists (
            select from unnest(conkey, confkey) as pair (here, there)
            where here = {TRUST_COLUMN.format("conrelid")} and there = {TRUST_COLUMN.format("confrelid")})""",
    "key into a trust from outside": f"""
        with {TENANT} select conrelid::regclass || '.' || conname from pg_constraint
        where contype = 'f' and confrelid in (select oid from tenant) and conrelid not in (select oid from tenant)""",
    "not validated": f"""
        with {TENANT} select relname || '.' || conname from pg_constraint join tenant on tenant.oid = conrelid
        where not convalidated""",
    "link without its key": """
        select wanted from unnest(%(links)s::text[]) as wanted where not exists (
            select from pg_constraint where contype = 'f' and cardinality(conkey) = 2
            and wanted = conrelid::regclass || ' -> ' || confrelid::regclass || ': ' || (
                select string_agg(attname, ', ' order by place) from unnest(conkey) with ordinality as k (number, place)
                join pg_attribute on attrelid = conrelid and attnum = number))""",
    "unique key not led by the trust": f"""
        with {TENANT} select relname || ': ' || indexrelid::regclass from pg_index join tenant on tenant.oid = indrelid
        where indisunique and indkey[0] is distinct from {TRUST_COLUMN.format("indrelid")}
        and not (indisprimary and indnkeyatts = 1 and exists (
            select from pg_attribute where attrelid = indrelid and attnum = indkey[0] and attidentity <> ''))""",
    "no index led by the trust": f"""
        with {TENANT} select relname from tenant where not exists (
            select from pg_index where indrelid = tenant.oid and indisvalid and indpred is null
            and indkey[0] = {TRUST_COLUMN.format("indrelid")})""",
    "view with its owner's rights": """
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
        and not coalesce('security_invoker=true' = any(reloptions) or 'security_invoker=on' = any(reloptions), false)
        union all select relname from pg_class where relkind = 'm' and relnamespace = 'public'::regnamespace""",
    "function with its owner's rights": """
        select proname from pg_proc where prosecdef and pronamespace not in (
            select oid from pg_namespace where nspname in ('pg_catalog', 'information_schema'))""",
    "changeable history": f"""
        with {TENANT} select relname || ': ' || privilege from tenant
        cross join unnest(array['UPDATE', 'DELETE', 'TRUNCATE']) as privilege
        where (relname = any(%(never_changed)s::text[])
            or exists (select from pg_attribute where attrelid = tenant.oid and attname = 'pgh_id'))
        and (has_table_privilege(%(role)s, oid, privilege)
            or privilege = 'UPDATE' and has_any_column_privilege(%(role)s, oid, privilege))""",
    "history that can be forged": f"""
        with {TENANT} select relname from tenant
        where exists (select from pg_attribute where attrelid = tenant.oid and attname = 'pgh_id')
        and not exists (select from pg_policy where polrelid = tenant.oid and not polpermissive and polcmd = 'a'
            and polroles = '{{0}}'
            and {plain("pg_get_expr(polwithcheck, polrelid)")} = 'pg_trigger_depth>0')""",
    "role too strong": """
        with recursive mine as (
            select oid from pg_roles where rolname = %(role)s
            union select roleid from pg_auth_members join mine on member = mine.oid)
        select rolname from pg_roles join mine using (oid)
        where rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolname like 'pg\\_%%'
        union all select 'may make tables' where has_schema_privilege(%(role)s, 'public', 'CREATE')
        union all select relname || ': ' || privilege from pg_class
        cross join unnest(array['TRUNCATE', 'TRIGGER', 'REFERENCES']) as privilege
        where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
        and has_table_privilege(%(role)s, pg_class.oid, privilege)""",
    "role owns": """
        with recursive mine as (
            select oid from pg_roles where rolname = %(role)s
            union select roleid from pg_auth_members join mine on member = mine.oid)
        select relname::text from pg_class where relowner in (select oid from mine)
        union all select proname::text from pg_proc where proowner in (select oid from mine)
        union all select nspname::text from pg_namespace where nspowner in (select oid from mine)""",
    "listed as outside, but not there": """
        select listed from unnest(%(outside)s::text[]) as listed where not exists (
            select from pg_class where relnamespace = 'public'::regnamespace and relname = listed
            and not relrowsecurity)""",
}
"""What the fault is -> the query that lists it."""


def all_models() -> list[type[models.Model]]:
    """Every model with a table of ours or of a framework, automatic many-to-many tables too."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def tenant_models() -> list[type[TrustOwned]]:
    """Every tenant model that is not history."""
    return [model for model in all_models() if issubclass(model, TrustOwned)]


def wanted_links() -> list[str]:
    """The composite key every TrustForeignKey stands for, as `FAULTS` writes it."""
    return sorted(
        f"{model._meta.db_table} -> {field.remote_field.model._meta.db_table}: trust_id, {field.column}"
        for model in all_models()
        if not hasattr(model, "pgh_tracked_model")
        for field in model._meta.local_fields
        if isinstance(field, TrustForeignKey)
    )


def never_changed() -> list[str]:
    """Tables to which rows are only added, beside history."""
    return sorted(
        model._meta.db_table
        for model in all_models()
        if any(type(rule) is NeverChanged for rule in model._meta.constraints)
    )


def faults(ask: Callable[[str, dict[str, Any]], list[tuple]], role: str) -> dict[str, list[str]]:
    """Every fault found, by kind. `ask` runs one query and gives its rows."""
    values = {
        "role": role,
        "outside": sorted(OUTSIDE),
        "own_rows": [f"{table}.{policy}" for table, policy in OWN_ROWS.items()],
        "links": wanted_links(),
        "never_changed": never_changed(),
    }
    found = {kind: sorted(str(row[0]) for row in ask(query, values)) for kind, query in FAULTS.items()}
    return {kind: rows for kind, rows in found.items() if rows}
