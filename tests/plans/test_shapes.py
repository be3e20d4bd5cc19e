"""Plans that are not the usual one: in the school's own shape, of the trust itself, kept going; and checked by rule."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from plans.models import Action, ApprovalStep, Plan, PlanPaper
from plans.queries.approvals import approvals_of
from plans.queries.documents import document_of
from plans.queries.plans import kind_of, readable_plans
from plans.rules.paper import KINDS, MOST_BYTES, NotTaken, kind_of_file, name_of_file
from plans.rules.quality import warnings
from plans.services import NewAction, begin_plan, send_plan, set_due_days, write_action
from plans.services.closing import Close, close_plan
from plans.services.papers import MOST_PAPERS, add_paper, take_paper_away
from plans.services.writing import ActionEntry
from plans.tasks import remind_of_impact_checks
from schools.models import AuditEntry, Notice
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.plans.ladder_world import LadderWorld, make_ladder_world
from tests.plans.test_plans import text_of, there
from tests.strategies.reading import shipped

PDF = b"%PDF-1.7\nA plan of our own."


_today = stopped_at(TODAY)


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world("numbered_categories")


def packed(*names: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "words")
    return made.getvalue()


# --------------------------------------------------------------------------------------- its own shape


def test_a_document_is_told_by_what_is_in_it():
    assert kind_of_file(PDF) == "pdf"
    assert kind_of_file(packed("[Content_Types].xml", "word/document.xml")) == "docx"
    assert kind_of_file(packed("mimetype", "content.xml")) == "odt"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90 a program", "Choose a PDF"),
        (b"<html><script>alert(1)</script>", "Choose a PDF"),
        (packed("xl/workbook.xml"), "Choose a PDF"),
        (packed("word/document.xml", "word/vbaProject.bin"), "macros"),
        (packed("content.xml", "Basic/Standard/script-lb.xml"), "macros"),
        (b"PK\x03\x04 cut short", "Choose a PDF"),
        (b"%PDF-" + b" " * MOST_BYTES, "more than 8 MB"),
    ],
)
def test_every_other_file_is_refused_in_words(content: bytes, words: str):
    with pytest.raises(NotTaken, match=words):
        kind_of_file(content)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(content: bytes):
    with suppress(NotTaken):
        assert kind_of_file(content) in KINDS


@given(st.text(max_size=300), st.sampled_from(sorted(KINDS)))
def test_a_name_keeps_no_folder_and_gets_its_ending(typed: str, kind: str):
    name = name_of_file(typed, kind)
    assert name.endswith(f".{kind}")
    assert len(name) <= 150
    assert not set(name) & set("/\\\x00")


def send(client: Any, plan: Plan, content: bytes, name: str) -> Any:
    return client.post(there(plan, "papers/"), {"file": SimpleUploadedFile(name, content)})


def test_ben_keeps_his_own_document_with_the_plan(cast: Cast, plan: Plan):
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert "still empty" in text_of(ben.get(there(plan)))
    assert send(ben, plan, PDF, "C:\\plans\\Our plan.exe")["Location"] == there(plan) + "#papers"
    with trust_scope(cast.alder):
        paper = PlanPaper.objects.get()
        assert (paper.name, paper.size, paper.kind) == ("Our plan.pdf", len(PDF), "application/pdf")
        assert AuditEntry.objects.filter(did="plan.paper", after="Our plan.pdf").count() == 1
    page = text_of(ben.get(there(plan)))
    assert "Our plan.pdf" in page
    assert "still empty" not in page
    read = ada.get(there(plan, f"papers/{paper.pk}/"))
    assert (read.content, read["Content-Type"]) == (PDF, "application/pdf")
    assert read["Content-Disposition"].startswith("attachment")
    assert read["X-Content-Type-Options"] == "nosniff"


def test_what_is_no_document_is_told_beside_the_file(cast: Cast, plan: Plan):
    ben = cast.client(cast.ben)
    for content, words in ((b"MZ", "Choose a PDF"), (b"", "The file is empty")):
        refused = send(ben, plan, content, "plan.pdf")
        assert (refused.status_code, words in text_of(refused)) == (422, True), words
    send(ben, plan, PDF, "plan.pdf")
    again = send(ben, plan, PDF, "the same.pdf")
    assert (again.status_code, "is there already" in text_of(again)) == (422, True)
    with trust_scope(cast.alder):
        for number in range(MOST_PAPERS - 1):
            add_paper(plan, PDF + str(number).encode(), name="one more.pdf", by=cast.ben)
        with pytest.raises(ValidationError, match="At most 10 documents"):
            add_paper(plan, PDF + b"too many", name="too many.pdf", by=cast.ben)


def test_what_was_sent_keeps_its_document(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        kept = add_paper(plan, PDF, name="sent.pdf", by=cast.ben)
        send_plan(plan, by=cast.ben)
        loose = add_paper(plan, PDF + b"2", name="loose.pdf", by=cast.ben)
    ben = cast.client(cast.ben)
    for paper in (kept, loose):
        assert ben.post(there(plan, f"papers/{paper.pk}/away/")).status_code == 302
    ben.get(there(plan))  # says that they were taken away
    assert "sent.pdf" not in text_of(ben.get(there(plan)))
    assert "sent.pdf" in text_of(ben.get(there(plan, "editions/1/")))
    assert ben.get(there(plan, f"papers/{kept.pk}/")).content == PDF
    assert ben.get(there(plan, f"papers/{loose.pk}/")).status_code == 404
    with trust_scope(cast.alder):
        assert [one.name for one in PlanPaper.objects.all()] == ["sent.pdf"]
        assert document_of(plan)["papers"] == []


def test_a_closed_plan_takes_no_document_and_strangers_read_none(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        paper = add_paper(plan, PDF, name="plan.pdf", by=cast.ben)
        close_plan(plan, Close("worked", "It did.", "Books."), by=cast.ben)
        with pytest.raises(ValidationError, match="closed"):
            add_paper(plan, PDF + b"2", name="later.pdf", by=cast.ben)
        with pytest.raises(ValidationError, match="closed"):
            take_paper_away(paper, by=cast.ben)
    assert cast.client(cast.cleo).get(there(plan, f"papers/{paper.pk}/")).status_code == 404


# ------------------------------------------------------------------------------------- checked by rule


def rules_of(plan: Plan) -> tuple[str, ...]:
    kind = kind_of(plan)
    assert kind is not None
    return kind.quality_rules


def test_the_head_of_improvement_goes_through_each_rule(cast: Cast, plan: Plan):
    """S3-28: the quality check is a step, and its outcome is kept."""
    with trust_scope(cast.alder):
        rules = rules_of(plan)
        send_plan(plan, by=cast.ben)
    ada, answer = cast.client(cast.ada), there(plan, "answer/")
    page = text_of(ada.get(there(plan)))
    assert len(rules) == 4
    assert all(rule.replace("'", "&#x27;") in page for rule in rules)
    half = ada.post(answer, {"outcome": "approved", "rule-0": "met"})
    assert (half.status_code, text_of(half).count("Say whether it is met")) == (422, 6)  # above, and beside each
    said = {"rule-0": "met", "rule-1": "not_yet", "rule-2": "met", "rule-3": "not_here"}
    refused = ada.post(answer, {"outcome": "approved", **said})
    assert (refused.status_code, "A rule is not met yet" in text_of(refused)) == (422, True)
    assert ada.post(answer, {"outcome": "conditions", "words": "Add owners.", **said}).status_code == 302
    with trust_scope(cast.alder):
        step = ApprovalStep.objects.get()
        assert step.checked == [list(pair) for pair in zip(rules, said.values(), strict=True)]
    read = text_of(cast.client(cast.ben).get(there(plan)))
    for words in ("Not yet", "Does not apply here", rules[1]):
        assert words in read


def test_a_plan_may_be_returned_before_every_rule_is_looked_at(cast: Cast, plan: Plan):
    with trust_scope(cast.alder):
        send_plan(plan, by=cast.ben)
    sent = cast.client(cast.ada).post(
        there(plan, "answer/"), {"outcome": "returned", "words": "No.", "rule-0": "not_yet"}
    )
    assert sent.status_code == 302
    with trust_scope(cast.alder):
        assert ApprovalStep.objects.get().checked == [[rules_of(plan)[0], "not_yet"]]


def test_where_nobody_checks_by_rule_nothing_is_asked(cast: Cast):
    with trust_scope(cast.alder):
        plan = begin_plan(cast.dunmere, "pupil_premium_strategy", by=cast.ben)
        send_plan(plan, by=cast.ben)
    assert cast.client(cast.ada).post(there(plan, "answer/"), {"outcome": "approved"}).status_code == 302


# --------------------------------------------------------------------------------- of the trust itself


def test_the_trust_has_a_plan_of_its_own(world: LadderWorld):
    lead, chair, page = world.client("lead"), world.client("trust_chair"), f"/t/{world.trust.slug}/plans/"
    assert "Trust improvement plan" in text_of(lead.get(page))
    begun = lead.post(page, {"kind": "trust_plan"})
    with trust_scope(world.trust):
        plan = Plan.objects.get()
        assert (plan.school, plan.known_as, plan.whose) == (None, "The trust", world.trust.name)
    at = f"/t/{world.trust.slug}/plans/{plan.pk}/"
    assert begun["Location"] == at
    added = {"label": "Reading", "change": "More read.", "success": "Seen.", "criterion": ""}
    assert lead.post(f"{at}priorities/", added).status_code == 302
    me = world.people["lead"]
    action = {"what": "Pair schools.", "owner": str(me.pk), "check": "15 January 2027", "due": "18 December 2026"}
    assert lead.post(f"{at}actions/", action).status_code == 302
    assert lead.post(f"{at}send/", {"note": ""}).status_code == 302
    with trust_scope(world.trust):
        assert Notice.objects.filter(to=world.people["trust_chair"], subject__startswith="The trust: ").count() == 1
    assert "1 waits for your answer" in text_of(chair.get(page))
    assert chair.post(f"{at}answer/", {"outcome": "approved"}).status_code == 302
    with trust_scope(world.trust):
        fresh = readable_plans(world.access("ceo")).get()
        assert approvals_of([plan])[plan.pk][0].is_approved
        assert fresh.update_due_on == date(2026, 12, 18)  # by the end of the trust's own term
    for words in ("The trust", "Reading", "Pair schools."):
        assert words in text_of(world.client("ceo").get(at))
    assert world.client("ceo").get(f"{at}file/")["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("who", ["head", "leader", "chair", "governor"])
def test_a_school_neither_reads_nor_writes_the_trusts_plan(world: LadderWorld, who: str):
    with trust_scope(world.trust):
        plan = begin_plan(None, "trust_plan", by=world.people["lead"])
        entry = ActionEntry(NewAction("Pair.", None, "Lead", None, date(2027, 1, 15)))
        action = write_action(plan, entry, by=world.people["lead"])
        assert not readable_plans(world.access(who)).exists()
    client, at = world.client(who), f"/t/{world.trust.slug}/plans/{plan.pk}/"
    assert client.get(at).status_code == client.get(f"/t/{world.trust.slug}/actions/{action.pk}/").status_code == 404
    assert client.post(f"/t/{world.trust.slug}/plans/", {"kind": "trust_plan"}).status_code == 403
    for more in ("write/", "priorities/", "send/", "papers/"):
        assert client.post(at + more, {"label": "x"}).status_code in (403, 404), more


@pytest.mark.parametrize("who", ["trustee", "trust_chair", "clerk"])
def test_who_reads_every_school_writes_no_plan_of_the_trust(world: LadderWorld, who: str):
    with trust_scope(world.trust):
        plan = begin_plan(None, "trust_plan", by=world.people["lead"])
    client, at = world.client(who), f"/t/{world.trust.slug}/plans/{plan.pk}/"
    assert client.post(f"/t/{world.trust.slug}/plans/", {"kind": "trust_plan"}).status_code == 403
    for more in ("write/", "priorities/", "send/", "papers/"):
        assert client.post(at + more, {"label": "x"}).status_code in (403, 404), more


def test_no_school_is_offered_the_trusts_plan_and_the_trust_none_of_a_school(world: LadderWorld):
    lead = world.client("lead")
    schools = text_of(lead.get(f"/t/{world.trust.slug}/schools/{world.school.pk}/plans/"))
    assert "core_plan" in schools
    assert "trust_plan" not in schools
    assert "core_plan" not in text_of(lead.get(f"/t/{world.trust.slug}/plans/"))
    with trust_scope(world.trust):
        with pytest.raises(ValidationError, match="none of this kind"):
            begin_plan(world.school, "trust_plan", by=world.people["lead"])
        with pytest.raises(ValidationError, match="none of this kind"):
            begin_plan(None, "core_plan", by=world.people["lead"])
        begin_plan(None, "trust_plan", by=world.people["lead"])
        with pytest.raises(ValidationError, match="open already"):
            begin_plan(None, "trust_plan", by=world.people["ceo"])


def test_the_trusts_plan_is_closed_and_the_next_begun(world: LadderWorld):
    with trust_scope(world.trust):
        plan = begin_plan(None, "trust_plan", by=world.people["lead"])
        following = close_plan(
            plan, Close("partly", "Two of three.", "Visits.", begin_next=True), by=world.people["ceo"]
        )
        assert (following.school, following.follows) == (None, plan)
    found = text_of(world.client("trustee").get(f"/t/{world.trust.slug}/verdicts/"))
    assert "Two of three." in found


def test_whoever_began_it_is_reminded_where_no_owner_is_here(world: LadderWorld):
    with trust_scope(world.trust):
        plan = begin_plan(None, "trust_plan", by=world.people["lead"])
        check = NewAction("Pair schools.", None, "A group of heads", None, date(2026, 11, 22))
        write_action(plan, ActionEntry(check), by=world.people["lead"])
        set_due_days([plan], today=TODAY)
    remind_of_impact_checks()
    with trust_scope(world.trust):
        assert Action.objects.get().plan.school is None
        assert Notice.objects.filter(to=world.people["lead"], subject__startswith="The trust: ").count() == 1


# ------------------------------------------------------------------------------------------ kept going


def test_maintenance_is_kept_apart_from_improvement(db: None):
    """S4-10: what must go on has its own kind of plan, and is not asked for priorities."""
    world = make_ladder_world("no_categories")
    with trust_scope(world.trust):
        for kind in ("sip", "maintenance_plan"):
            begin_plan(world.school, kind, by=world.people["head"])
        going = Plan.objects.get(kind="maintenance_plan")
        found = kind_of(going)
        assert found is not None
        assert not [one for one in warnings(document_of(going), found) if "priority" in one.words]
    page = text_of(world.client("head").get(f"/t/{world.trust.slug}/schools/{world.school.pk}/plans/"))
    changing, _, kept = page.partition('id="maintenance"')
    assert "Maintenance plan" not in changing.partition('id="open"')[2]
    assert "Maintenance plan" in kept
    assert "School improvement plan" not in kept


def test_only_kinds_that_say_so_are_kept_going():
    names = ("no_categories", "two_axes", "numbered_categories", "four_phases", "sustain_to_stabilise")
    kept = {(name, kind.key) for name in names for kind in shipped(name).plan_types if kind.keeps_going}
    assert kept == {("no_categories", "maintenance_plan")}


def test_an_action_may_be_a_target_of_an_appraisal(cast: Cast, plan: Plan):
    """S4-15."""
    ben = cast.client(cast.ben)
    action = {"what": "Model writing.", "words": "English lead", "check": "15 January 2027", "appraisal": "on"}
    assert ben.post(there(plan, "actions/"), action).status_code == 302
    with trust_scope(cast.alder):
        row = Action.objects.get()
        assert row.appraisal
    assert "Also a target of an appraisal" in text_of(ben.get(there(plan)))
    assert "Also a target of an appraisal" in text_of(ben.get(f"/t/alder/actions/{row.pk}/"))
    ben.post(there(plan, f"actions/{row.pk}/"), {**action, "appraisal": ""})
    assert "Also a target of an appraisal" not in text_of(ben.get(there(plan)))
