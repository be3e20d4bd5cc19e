"""The verdict on a closed plan, confirmed or seen differently by somebody from outside the school (S4-18)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from plans.models import Plan, Validation
from plans.queries.validating import why_not_validate, with_validation
from plans.services import write_priority
from plans.services.closing import Close, close_plan
from plans.services.validating import Said, validate_plan
from plans.services.writing import PriorityEntry, begin_plan
from schools.access import Access, access_of
from schools.audit import record_act
from schools.models import AuditEntry, Membership, RoleGrant
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import member
from tests.plans.test_plan_rules import EVERY
from tests.plans.test_progress import text_of, there

_today = stopped_at(TODAY)


@pytest.fixture
def plan(cast: Cast) -> Plan:
    """Begun in September by the head, and closed by the head today."""
    with trust_scope(cast.alder):
        with time_machine.travel(date(2026, 9, 4), tick=False):
            found = begin_plan(cast.dunmere, "sip", by=cast.ben)
        close_plan(found, Close("worked", "Reading rose.", "Reading ages."), by=cast.ben)
    return found


def access(person: Membership) -> Access:
    found = access_of(person.user)
    assert found is not None
    return found


SEEN = Said(
    "differs", "partly", "Years 5 and 6 read as before.", "Books of six classes", date(2026, 11, 19), "An adviser"
)
TYPED = {
    "outcome": "differs", "verdict": "partly", "saw": SEEN.saw, "place": SEEN.place, "on": "19 November 2026",
    "adviser": SEEN.adviser,
}  # fmt: skip


def test_it_stands_with_the_verdict_once(cast: Cast, plan: Plan):
    ada = cast.client(cast.ada)
    assert "Confirm the verdict, or say how you see it" in text_of(ada.get(there(plan)))
    assert "Reading rose." in text_of(ada.get(there(plan, "validate/")))
    sent = ada.post(there(plan, "validate/"), TYPED)
    assert (sent.status_code, sent["Location"]) == (302, there(plan))
    for reader in (cast.ada, cast.ben, cast.gita):
        read = text_of(cast.client(reader).get(there(plan)))
        for words in (
            "Differs: it worked in part.", SEEN.saw, "Seen on 19 November 2026: Books of six classes.",
            "Looked at by An adviser.", "Put on record by Ada Whitlock on 20 November 2026.",
        ):  # fmt: skip
            assert words in read, words
        assert "Confirm the verdict" not in read
    with trust_scope(cast.alder):
        row = Validation.objects.get()
        assert (row.plan, row.by, row.verdict) == (plan, cast.ada, "partly")
        entry = AuditEntry.objects.get(did="plan.validated")
        assert (entry.after, entry.why, entry.by) == ("Differs: it worked in part", SEEN.saw, cast.ada)
        with pytest.raises(ValidationError, match="on record already"):
            validate_plan(plan, SEEN, access=access(cast.ruth))
    assert "on record already" in text_of(cast.client(cast.ruth).get(there(plan, "validate/")))
    again = cast.client(cast.ruth).post(there(plan, "validate/"), TYPED)
    assert (again.status_code, "on record already" in text_of(again)) == (422, True)


def test_a_verdict_confirmed_has_no_other(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        said = Said("confirmed", "did_not", "They read.", "Lessons", date(2026, 11, 20))
        assert validate_plan(plan, said, access=access(cast.ruth)).verdict == ""
    assert "Confirmed from outside." in text_of(cast.client(cast.ben).get(there(plan)))
    told = cast.client(cast.ben).get(f"/api/v1/t/alder/plans/{plan.pk}/").json()["validation"]
    assert told == {
        "outcome": "confirmed", "verdict": "", "saw": "They read.", "place": "Lessons", "on": "2026-11-20",
        "adviser": "", "by": "Ruth Ellison",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"outcome": ""}, "outcome", "Choose whether you confirm it"),
        ({"verdict": ""}, "verdict", "Choose the verdict you would give"),
        ({"verdict": "worked"}, "verdict", "This is the verdict on record"),
        ({"saw": " "}, "saw", "Say in a sentence what you saw"),
        ({"place": ""}, "place", "Say where you saw it"),
        ({"on": ""}, "on", "Say on which day you saw it"),
        ({"on": "21 November 2026"}, "on", "still to come"),
        ({"on": "3 September 2026"}, "on", "The plan was begun on 4 September 2026"),
        ({"adviser": "x" * 201}, "adviser", "at most 200 characters"),
    ],
)
def test_what_is_typed_wrong_is_told_beside_its_field(
    cast: Cast, plan: Plan, change: dict[str, Any], field: str, words: str
):
    answer = cast.client(cast.ada).post(there(plan, "validate/"), TYPED | change)
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    kept = "saw" if field != "saw" else "place"
    assert TYPED[kept] in text_of(answer)
    with trust_scope(cast.alder):
        assert not Validation.objects.exists()


def test_who_took_part_or_belongs_there_does_not(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        rows = with_validation(Plan.objects.all(), access(cast.ada))
        assert why_not_validate(access(cast.ada), rows.get(pk=plan.pk)) == ""
        opened = begin_plan(cast.dunmere, "sip", by=cast.ben)
        assert "once the plan is closed" in why_not_validate(access(cast.ada), rows.get(pk=opened.pk))
        write_priority(opened, PriorityEntry("Writing"), by=cast.ada)
        close_plan(opened, Close("worked", "Rose.", "Books."), by=cast.ben)
        assert "You wrote, sent or closed" in why_not_validate(access(cast.ada), rows.get(pk=opened.pk))
        record_act("role.planted", RoleGrant, by=None)
        RoleGrant.objects.create(membership=cast.ada, role="governor", school=cast.dunmere, granted_by=cast.ruth)
        assert "You belong to this school" in why_not_validate(access(cast.ada), rows.get(pk=plan.pk))
        with pytest.raises(ValidationError, match="You belong"):
            validate_plan(plan, SEEN, access=access(cast.ada))
    for person, status in ((cast.ben, 403), (cast.gita, 403), (cast.tom, 403), (cast.cleo, 404), (cast.ruth, 302)):
        assert cast.client(person).post(there(plan, "validate/"), TYPED).status_code == status


def test_a_program_does_it_too(cast: Cast, plan: Plan):
    path = f"/api/v1/t/alder/plans/{plan.pk}/validate/"
    sent = TYPED | {"on": "2026-11-19"}
    ada = cast.client(cast.ada)
    refused = ada.post(path, sent | {"verdict": "worked"}, "application/json")
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["verdict"])
    for person, status in ((cast.ben, 403), (cast.cleo, 404), (cast.ada, 200), (cast.ruth, 400)):
        assert cast.client(person).post(path, sent, "application/json").status_code == status
    for asked, count in (("differs", 1), ("confirmed", 0)):
        assert len(ada.get("/api/v1/t/alder/plans/", {"validated": asked}).json()["results"]) == count


def test_the_list_says_which_are_validated_and_which_wait(cast: Cast, plan: Plan):
    def asked(person: Membership, **words: str) -> str:
        return text_of(cast.client(person).get("/t/alder/verdicts/", words))

    def rows(page: str) -> str:
        return page[page.index("</form>") :] if "Reading rose." in page else ""

    assert "Not yet validated" in rows(asked(cast.ada))
    assert "Not yet validated" not in rows(asked(cast.ben)), "the head does not validate"
    assert "Reading rose." in asked(cast.ada, validated="not_yet")
    assert "Reading rose." not in asked(cast.ada, validated="differs")
    assert "Nothing is found" in asked(cast.ada, validated="not_yet", of="action")
    with trust_scope(cast.alder):
        validate_plan(plan, SEEN, access=access(cast.ada))
    assert "Differs: it worked in part" in rows(asked(cast.ben))
    assert "Reading rose." in asked(cast.ben, validated="differs")
    assert "Reading rose." not in asked(cast.ada, validated="not_yet")


def test_the_page_of_a_plan_asks_no_more_for_it(cast: Cast, plan: Plan):
    counts, ada = [], cast.client(cast.ada)
    for _ in range(2):
        ada.get(there(plan))
        with CaptureQueriesContext(connection) as asked:
            assert ada.get(there(plan)).status_code == 200
        counts.append(len(asked))
        with trust_scope(cast.alder):
            if not Validation.objects.exists():
                validate_plan(plan, SEEN, access=access(cast.ada))
    assert counts[0] == counts[1]


def test_the_database_keeps_one_and_a_verdict_where_it_differs(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        row = validate_plan(plan, SEEN, access=access(cast.ada))
        record_act("validation.planted", row, by=None)
        with pytest.raises(IntegrityError, match="validation_differs"), transaction.atomic():
            Validation.objects.filter(pk=row.pk).update(verdict="")
        row.pk = None
        with pytest.raises(IntegrityError, match="validation_once"), transaction.atomic():
            row.save(force_insert=True)


def test_one_source_expects_it_of_its_improvement_plan():
    expecting = {(one.identity.key, kind.key) for one in EVERY for kind in one.plan_types if kind.validated}
    assert expecting == {("no_categories", "sip")}


def test_a_leader_of_another_school_is_no_outside_reviewer(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
    assert cast.client(nia).get(there(plan, "validate/")).status_code in (403, 404)
