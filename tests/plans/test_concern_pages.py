"""The pages of concerns: what each role reads and does, what is typed wrong, and what a school does not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from typing import Any

import pikepdf
import pytest
import time_machine
from django.test import Client

from plans.models import Concern, Letter, Plan
from plans.rules.ladder import Step
from plans.services.escalating import raise_concern
from plans.services.notifying import To, send_letter
from plans.services.seeing_through import record_duty
from schools.rules import LONDON
from schools.tenancy import trust_scope
from schools.words import unmarked
from tests.conftest import stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.ladder_world import TODAY, LadderWorld, make_ladder_world

NOON = datetime(2026, 11, 20, 12, tzinfo=LONDON)
STEP = {
    "reason": "Reading stands still.", "causes": "Two leaders left.", "discussed_with": "The headteacher",
    "discussed_on": "18 November 2026", "review_on": "15 January 2027",
}  # fmt: skip
RAISE = {**STEP, "entry_tests": ["ladder-1", "level_1-0"], "stage": "level_1", "evidence": "The visit of 12 November."}
LETTER = {"subject": "Where we are", "text": "Dear Hal,\nthis is so.", "name-else": "", "address-else": ""}


_today = stopped_at(NOON)


@pytest.fixture
def world(db: None) -> LadderWorld:
    return make_ladder_world()


def inside(world: LadderWorld, call: Callable[[], Any]) -> Any:
    with trust_scope(world.trust):
        return call()


def text_of(response: Any) -> str:
    return " ".join(response.content.decode().split())


def at(concern: Concern, more: str = "") -> str:
    return f"/t/alder/concerns/{concern.pk}/{more}"


def test_a_concern_is_raised_decided_and_read(world: LadderWorld) -> None:
    lead, ceo = world.client("lead"), world.client("ceo")
    page = f"/t/alder/schools/{world.school.pk}/concerns/"
    assert "Schools causing concern" in text_of(lead.get(page))
    made = lead.post(f"{page}scc/", RAISE)
    concern = inside(world, Concern.objects.get)
    assert (made.status_code, made["Location"]) == (302, at(concern))
    assert concern.entry_tests == [world.ladder.entry[1], world.ladder.stages[0].entry[0]]
    assert "You are asked to decide: onto the ladder, at level 1" in text_of(ceo.get(at(concern)))
    assert "Record my decision" not in text_of(lead.get(at(concern)))
    assert ceo.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""}).status_code == 302
    read = text_of(world.client("head").get(at(concern)))
    for words in (
        "Level 1 since 20 November 2026",
        "223 days left",
        "Reading stands still.",
        "Not told yet: Headteacher",
    ):
        assert words in read, words
    assert "Put down what is done" not in read


def test_what_is_typed_wrong_is_told_beside_its_field_and_nothing_is_lost(world: LadderWorld) -> None:
    lead = world.client("lead")
    page = f"/t/alder/schools/{world.school.pk}/concerns/scc/"
    wrong = lead.post(page, {**RAISE, "entry_tests": [], "evidence": "", "discussed_on": "soon"})
    assert wrong.status_code == 422
    for words in ("Tick what applies", "Say what shows it", "Enter the day like", "Reading stands still."):
        assert words in text_of(wrong), words
    concern = inside(world, world.opened)
    late = lead.post(at(concern, "propose/up/"), {**STEP, "review_on": "1 November 2026", "causes": ""})
    assert (late.status_code, late.context["form"].errors.keys()) == (422, {"causes", "review_on"})
    assert "it is still to come" in text_of(late)
    closing = lead.post(at(concern, "propose/close/"), {"reason": "It is well.", "exit-0": "Seen."})
    assert (closing.status_code, closing.context["form"].errors.keys()) == (422, {"exit-1"})
    assert "Check these answers before you go on" in text_of(closing)
    assert lead.post(at(concern, "propose/down/"), STEP).status_code == 404  # it is at the first stage
    wrong = lead.post(at(concern, "done/"), {"duty": "Nothing of it", "on": "soon"})
    assert (wrong.status_code, "Choose what is done" in text_of(wrong)) == (422, True)
    assert lead.post(at(concern, "decide/"), {"outcome": "agreed"}).status_code == 403
    letter = lead.post(at(concern, "letters/"), {**LETTER, "text": "", "name-0": "The deputy", "at_once": "on"})
    assert letter.status_code == 422
    for words in ("Write the letter", "how the letter reaches The deputy", "Say why it cannot wait"):
        assert words in text_of(letter), words
    assert "Say whom the letter goes to" in text_of(lead.post(at(concern, "letters/"), LETTER))
    assert not inside(world, Letter.objects.exists)


def test_the_letter_is_begun_from_the_concern_and_says_when_it_arrives(world: LadderWorld) -> None:
    concern, lead = inside(world, world.opened), world.client("lead")
    draft = text_of(lead.get(at(concern, "letters/")))
    for words in ("Why: Reading is not improving as the plan hoped.", "Level 1", "Hal Head", "Lena Lead"):
        assert words in draft, words
    assert "Sent now, it arrives" not in draft  # at noon on a Friday in term
    left = left_to_do(lead)
    with time_machine.travel(datetime(2026, 12, 18, 13, tzinfo=LONDON), tick=False):
        lead = world.client("lead")
        assert "Sent now, it arrives on 4 January 2027 at 07:30" in text_of(lead.get(at(concern, "letters/")))
        sent = lead.post(at(concern, "letters/"), {**LETTER, "to-0": [world.people["head"].pk]})
        assert sent["Location"] == at(concern)
        letter = inside(world, Letter.objects.get)
        path = at(concern, f"letters/{letter.pk}/")
        assert "Arrives on 4 January 2027 at 07:30" in text_of(lead.get(path))
        assert "Where we are" not in text_of(world.client("head").get(at(concern)))
        assert world.client("head").get(path).status_code == 404
        assert world.client("head").get(f"{path}file/").status_code == 404
        on_its_way, untold = "Headteacher: on its way, arrives on 4 January 2027 at 07:30", "Not told yet: Headteacher"
        for key in ("lead", "ceo"):
            seen = text_of(world.client(key).get(at(concern)))
            assert (on_its_way in seen, untold in seen) == (True, False), key
        seen = text_of(world.client("head").get(at(concern)))  # it reads of no letter before it is there
        assert (on_its_way in seen, untold in seen) == (False, True)
        assert left_to_do(lead) == left
        assert lead.get(at(concern, "propose/up/")).status_code == 200
    with time_machine.travel(datetime(2027, 1, 4, 8, tzinfo=LONDON), tick=False):
        for key in ("lead", "head"):
            seen = text_of(world.client(key).get(at(concern)))
            assert ("on its way" in seen, untold in seen) == (False, False), key
        assert left_to_do(world.client("lead")) == left - 1
        assert "this is so." in text_of(world.client("head").get(path))


def left_to_do(client: Client) -> int:
    found = re.search(r"(\d+) still to do", text_of(client.get("/t/alder/concerns/")))
    return int(found[1]) if found else 0


def test_only_who_proposes_or_decides_reads_what_is_proposed_or_was_declined(world: LadderWorld) -> None:
    concern = inside(world, world.raised)
    for key in ("head", "chair", "governor", "trustee", "clerk", "operations"):
        assert world.client(key).get(at(concern)).status_code == 404, key
    for key in ("lead", "director", "ceo"):
        assert world.client(key).get(at(concern)).status_code == 200, key
    with trust_scope(world.trust):
        world.decide(concern)
        world.propose(concern, Step.UP, reason="More is needed now.")
        world.decide(concern, outcome="declined", words="Not so soon.")
    for key in ("head", "trustee", "lead"):
        read = text_of(world.client(key).get(at(concern)))
        assert ("More is needed now." in read) == (key == "lead"), key


def test_everything_that_is_wrong_with_a_concern_is_said_at_once(world: LadderWorld) -> None:
    sent = {**RAISE, "entry_tests": [], "reason": "", "discussed_on": "1 December 2026", "review_on": "1 March 2020"}
    told = world.client("lead").post(f"/t/alder/schools/{world.school.pk}/concerns/{world.ladder.key}/", sent)
    for words in (
        "Tick what applies: at least one", "Say what led to it", "This day is still to come",
        "Say on which day it is looked at again; it is still to come",
    ):  # fmt: skip
        assert words in text_of(told), words


def test_the_list_tells_who_is_over_the_longest_stay(world: LadderWorld) -> None:
    inside(world, world.opened)
    with time_machine.travel(datetime(2027, 7, 13, 12, tzinfo=LONDON), tick=False):
        read = text_of(world.client("ceo").get("/t/alder/concerns/"))
    assert "1 school on the ladder. Elm Primary is 12 days over its longest stay." in read


def test_letter_and_history_are_tagged_pdfs(world: LadderWorld) -> None:
    with trust_scope(world.trust):
        concern = world.opened()
        letter = world.letter(concern, "Headteacher", text="Dear colleague, we will come on Monday.")
    for path, name in (
        (at(concern, "file/"), "schools-causing-concern"),
        (at(concern, f"letters/{letter.pk}/file/"), "where-the-school"),
    ):
        made = world.client("trustee").get(path)
        assert (made["Content-Type"], name in made["Content-Disposition"]) == ("application/pdf", True)
        with pikepdf.open(BytesIO(made.content)) as document:
            assert document.Root.MarkInfo.Marked


def test_the_right_permission_in_the_wrong_role_is_refused_too(world: LadderWorld) -> None:
    concern = inside(world, world.opened)
    inside(world, lambda: world.propose(concern, Step.UP, by="director"))
    refused = world.client("director").post(
        at(concern, "decide/"), {"outcome": "agreed", "words": ""}
    )  # who proposed it
    assert (refused.status_code, "You have proposed this step" in text_of(refused)) == (422, True)


def test_who_decides_others_but_not_on_this_ladder_is_refused(db: None) -> None:
    decides = 'decided_by = "{}" # ours; the source names who'
    world = make_ladder_world(changed=(decides.format("ceo"), decides.format("director")))
    concern = inside(world, lambda: world.raised(by="director"))
    chair, ceo = world.client("trust_chair"), world.client("ceo")  # of these two only the ceo stands in
    refused = chair.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""})
    said = "Your role does not decide this place on the ladder." in text_of(refused)
    assert (refused.status_code, said) == (422, True)
    assert inside(world, lambda: Concern.objects.get().state) == "proposed"
    assert ceo.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""}).status_code == 302


@pytest.mark.parametrize("key", ["leader", "admin"])
def test_who_does_not_read_concerns_at_all(world: LadderWorld, key: str) -> None:
    concern, client = inside(world, world.opened), world.client(key)
    pages = ["/t/alder/concerns/", at(concern), at(concern, "file/"), f"/t/alder/schools/{world.school.pk}/concerns/"]
    assert [client.get(page).status_code for page in pages] == [403] * 4


def test_a_head_of_another_school_sees_nothing_of_it(world: LadderWorld) -> None:
    concern = inside(world, world.opened)
    stranger = inside(world, lambda: member("Sid Stranger", "head", world.other))
    world.people["stranger"] = stranger
    client = world.client("stranger")
    assert client.get(at(concern)).status_code == 404
    assert "Elm" not in text_of(client.get("/t/alder/concerns/"))


def test_the_list_asks_as_often_for_thirty_schools_as_for_one(world: LadderWorld, queries: Any) -> None:
    ceo = world.client("ceo")
    inside(world, world.opened)
    ceo.get("/t/alder/concerns/")
    before = len(queries(lambda: ceo.get("/t/alder/concerns/")))
    with trust_scope(world.trust):
        for school in SchoolFactory.create_batch(5):
            Concern.objects.create(
                school=school, ladder="scc", strategy_version=world.version, trigger="x", evidence="x", state="open",
                opened_on=TODAY,
            )  # fmt: skip
    assert len(queries(lambda: ceo.get("/t/alder/concerns/"))) == before


def test_no_page_of_a_concern_asks_more_than_fifteen_questions(world: LadderWorld, queries: Any) -> None:
    with trust_scope(world.trust):
        world.plan()
        concern = world.opened()
        letter = world.letter(concern, "Headteacher")
        world.propose(concern, Step.UP)
        other = raise_concern(world.other, world.entry(stage="level_4"), by=world.people["lead"])
        world.decide(other)  # and the chair of the trust has still to
    pages = {
        "ceo": ["/t/alder/concerns/", at(concern), at(concern, f"letters/{letter.pk}/"), "/t/alder/overview/"],
        "trust_chair": [at(other), "/t/alder/concerns/"],
        "lead": [at(other), at(concern), at(concern, "letters/"), f"/t/alder/schools/{world.school.pk}/concerns/"],
    }
    asked = {}
    for key, each in pages.items():
        client = world.client(key)
        for page in each:
            client.get(page)
            asked[f"{key} {page}"] = len(queries(lambda client=client, page=page: client.get(page)))
    assert max(asked.values()) <= 15, asked


def test_pages_and_history_do_not_say_whose_words_they_are(db: None) -> None:
    world = make_ladder_world("sustain_to_stabilise")
    lead, school = world.client("lead"), f"/t/alder/schools/{world.school.pk}/concerns/"
    new = text_of(lead.get(f"{school}sras/"))
    with trust_scope(world.trust):
        concern = world.opened()
        record_duty(concern, world.ladder.stages[0].duties[0], by=world.people["lead"], on=TODAY)
    read = text_of(world.client("head").get(at(concern)))
    for words in (
        "No aspect is left in Repair",
        "Done: The trust and the school agree an action plan",
        "School has been",
    ):
        assert words.lower() in read.lower(), words
    for page in (new, read, text_of(lead.get(at(concern, "propose/close/"))), text_of(lead.get(school))):
        assert ("Ours:" in page, "(ours)" in page) == (False, False)


def test_a_letter_that_is_taken_says_so(world: LadderWorld) -> None:
    to = [To("Headteacher", "Hal Head", person=world.people["head"]), To("", "The deputy", "By hand, on Monday")]
    with trust_scope(world.trust):
        concern = world.opened()
        taken, both = (
            send_letter(concern, by=world.people["lead"], to=each, subject="Where we are", text="Dear Hal.")
            for each in (to[1:], to)
        )
    lead = world.client("lead")
    assert "By hand on 20 November 2026. It never changes." in text_of(lead.get(at(concern, f"letters/{taken.pk}/")))
    read = text_of(lead.get(at(concern, f"letters/{both.pk}/")))
    assert "Arrived on 20 November 2026 at 12:00, by hand to The deputy." in read
    assert "By hand on 20 November 2026" in text_of(lead.get(at(concern)))


def test_what_is_left_undone_is_told_before_the_step_and_stays_in_the_history(world: LadderWorld) -> None:
    ceo = world.client("ceo")
    inside(world, lambda: world.raised())
    concern = inside(world, Concern.objects.get)
    asked, _, _ = text_of(ceo.get(at(concern))).partition('name="outcome"')
    assert "To be done before the first stage, and not put down yet:" in asked
    for outstanding in world.ladder.before:
        assert f"<li>{unmarked(outstanding)}</li>" in asked
    inside(world, lambda: world.decide(concern))
    assert "Was to be done before the first stage." in text_of(world.client("lead").get(at(concern)))
    duty = world.ladder.stages[0].duties[0]
    inside(world, lambda: record_duty(concern, duty, by=world.people["lead"], on=TODAY))
    inside(world, lambda: world.propose(concern, Step.UP))
    asked, _, _ = text_of(ceo.get(at(concern))).partition('name="outcome"')
    assert "Still to do. If you agree, it stands in the history as left undone:" in asked
    inside(world, lambda: world.decide(concern))
    for key in ("lead", "ceo"):
        page = text_of(world.client(key).get(at(concern)))
        _, _, history = page.partition('id="history"')
        _, _, left = history.partition("Left undone at Level 1")
        assert "Not told: Headteacher" in left
        assert unmarked(duty) not in left.partition("Onto the ladder")[0]
    assert "Left undone" not in text_of(world.client("head").get(at(concern)))


def test_of_two_who_propose_the_second_loses_no_word(world: LadderWorld) -> None:
    """Who was quicker is told, by name; a page that was opened before leads back."""
    lead, page = world.client("lead"), f"/t/alder/schools/{world.school.pk}/concerns/"
    with trust_scope(world.trust):
        second = member("Sam Second", "si_lead")
        world.raised()
        concern = Concern.objects.get()
    other = Client()
    other.force_login(second.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    quicker = "Lena Lead has proposed a step on 20 November 2026, and it waits to be decided."
    again = other.post(f"{page}scc/", RAISE)
    assert again.status_code == 422
    assert all(words in text_of(again) for words in (quicker, "Reading stands still.", "Two leaders left."))
    assert quicker in text_of(other.get(f"{page}scc/", follow=True))
    inside(world, lambda: world.decide(concern))
    assert "is on that ladder already" in text_of(lead.post(f"{page}scc/", RAISE))
    inside(world, lambda: world.propose(concern, Step.UP))
    again = other.post(at(concern, "propose/up/"), STEP)
    assert again.status_code == 422
    assert all(words in text_of(again) for words in (quicker, "Reading stands still.", "Two leaders left."))
    assert quicker in text_of(other.get(at(concern, "propose/up/"), follow=True))


@pytest.mark.parametrize("by", ["lead", "head"])
def test_who_sees_a_proposal_begins_the_plan_of_its_stage(world: LadderWorld, by: str) -> None:
    isap, url = world.ladder.stages[0].plan, f"/t/alder/schools/{world.school.pk}/plans/"
    client, begin = world.client(by), f'value="{isap}"'
    assert begin not in text_of(client.get(url))
    concern = inside(world, world.raised)
    assert (begin in text_of(client.get(url))) == (by == "lead")
    assert client.post(url, {"kind": isap}).status_code == 302
    assert inside(world, lambda: Plan.objects.filter(kind=isap).count()) == (by == "lead")
    inside(world, lambda: world.decide(concern))
    assert (begin in text_of(client.get(url))) == (by == "head")


def test_a_step_that_two_decide_says_whom_it_waits_for(world: LadderWorld) -> None:
    concern = inside(world, lambda: world.raised(stage="level_4"))
    ceo, chair = world.client("ceo"), world.client("trust_chair")
    page = text_of(ceo.get(at(concern)))
    assert "It waits for the chief executive, then for the chair of the trust." in page
    assert "Record my decision" in page
    early = chair.get(at(concern))
    assert ("answers first, then you" in text_of(early), "Record my decision" in text_of(early)) == (True, False)
    assert chair.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""}).status_code == 422
    said = "Agreed by Cora Chief as chief executive on 20 November 2026. It waits for the chair of the trust."
    answered = ceo.post(at(concern, "decide/"), {"outcome": "agreed", "words": "Do."}, follow=True)
    assert f"Your answer is on record. {said}" in text_of(answered)
    assert "You have agreed to this step already" in text_of(answered)
    page = text_of(chair.get(at(concern)))
    for words in (said, "You are asked to decide", "In the words of the chief executive"):
        assert words in page, words
    assert world.client("head").get(at(concern)).status_code == 404
    answered = chair.post(at(concern, "decide/"), {"outcome": "agreed", "words": ""}, follow=True)
    assert "Your decision is on record." in text_of(answered)
    read = text_of(world.client("head").get(at(concern)))
    assert "agreed by Cora Chief as chief executive on 20 November 2026, decided by Tess Chair as chair of" in read
    told = world.client("head").get(f"/api/v1/t/alder/concerns/{concern.pk}/").json()["steps"][0]["agreed"]
    assert [(one["role"], one["by"]) for one in told] == [("ceo", "Cora Chief"), ("trust_chair", "Tess Chair")]
    assert all(one["at"].startswith("2026-11-20T12:00") for one in told)


def test_the_strategy_says_who_decides_a_stage_in_turn(world: LadderWorld) -> None:
    page = text_of(world.client("ceo").get("/t/alder/strategy/"))
    said = "That a school comes here or stays is decided by:</strong> Chief executive, then Chair of the trust"
    assert page.count(said) == 1
