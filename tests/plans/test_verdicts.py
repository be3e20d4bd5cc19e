"""What worked, for whom, at what dose: verdicts on actions and plans, found by words and by what they are about."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from plans.models import Action, Plan
from plans.rules.dose import dose, time_taken
from plans.rules.support_entry import Entry
from plans.services import NewAction, give_verdict, send_plan, take_back, write_action, write_priority
from plans.services.booking import cancel_support, say_delivered
from plans.services.closing import Close, Ending, close_plan
from plans.services.writing import ActionEntry, PriorityEntry, StageEntry, begin_plan
from schools.audit import record_act
from schools.models import RoleGrant, School
from schools.strategy.basics import SupportUnit
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast, stopped_at
from tests.factories import SchoolFactory, member
from tests.plans.support_world import book, place
from tests.plans.test_progress import text_of

_today = stopped_at(TODAY)


@pytest.mark.parametrize(
    ("begun", "ended", "words"),
    [
        (date(2026, 9, 1), date(2026, 11, 17), "eleven weeks"),
        (date(2026, 11, 17), date(2026, 11, 20), "three days"),
        (date(2026, 11, 20), date(2026, 11, 20), "one day"),
        (date(2026, 11, 6), date(2026, 11, 20), "two weeks"),
    ],
)
def test_how_long_it_took(begun: date, ended: date, words: str):
    assert time_taken(begun, ended) == words


def test_a_dose_in_one_line():
    said = dose(
        date(2026, 9, 1), date(2026, 11, 17), support=["English lead.", ""], budget=Decimal(1200), training=[""]
    )
    assert said == "Eleven weeks. Support: English lead. £1,200."
    assert dose(date(2026, 9, 1), date(2026, 11, 17), support=[], budget=None, training=[]) == "Eleven weeks."


def entry(amount: str, unit: str, cost: int | None) -> Entry:
    known = None if cost is None else Decimal(cost)
    return Entry("", "Support", SupportUnit(unit), date(2026, 10, 9), Decimal(amount), "delivered", cost=known)


@pytest.mark.parametrize(
    ("came", "words"),
    [
        ([entry("2", "day", 700), entry("1", "day", 350)], "Support that came: 3 days, £1,050."),
        (
            [entry("0.5", "day", 350), entry("1", "visit", None)],
            "Support that came: 0.5 days, 1 visit, £350 and one time of which the cost is not known.",
        ),
        ([entry("1", "visit", None)], "Support that came: 1 visit, cost not known."),
    ],
)
def test_what_came_of_the_ledger_is_part_of_the_dose(came: list[Entry], words: str):
    begun, ended = date(2026, 9, 1), date(2026, 11, 17)
    assert dose(begun, ended, support=[], budget=None, training=[], came=came) == f"Eleven weeks. {words}"
    with_budget = dose(begun, ended, support=["Lead"], budget=Decimal(90), training=[], came=came)
    assert with_budget == f"Eleven weeks. Support: Lead. {words} Budget £90."


def judged_action(cast: Cast, school: School, what: str, verdict: str, **more: Any) -> Action:
    """Agreed in September, in a plan with a priority that answers a criterion, and closed today."""
    head = more.pop("head", cast.ben)
    with time_machine.travel(date(2026, 9, 4), tick=False):
        plan = Plan.objects.filter(school=school, state="open").first() or begin_plan(school, "sip", by=head)
        stages = [StageEntry(date(2027, 3, 26), "", "attendance_rate", more.pop("group", "all"), Decimal(95))]
        row = write_priority(plan, PriorityEntry(more.pop("label", "Writing"), "", "", "behaviour", stages), by=head)
        new = NewAction(what, head, "", None, date(2026, 11, 13), more.pop("support", ""))
        action = write_action(plan, ActionEntry(new, row, budget=more.pop("budget", None)), by=head)
        send_plan(plan, by=head)
        take_back(plan, by=head)
    said = {"note": more.pop("note", "Books show it."), "evidence": more.pop("evidence", "Six books.")}
    return give_verdict(action, by=head, verdict=verdict, **said)


@pytest.fixture
def four(cast: Cast) -> Cast:
    """Three actions and a plan: at Dunmere two and the plan, at Ashmere one."""
    with trust_scope(cast.alder):
        nia = member("Nia Ford", "head", cast.ashmere)
        judged_action(
            cast, cast.dunmere, "Daily phonics for Year 3.", "worked", support="English lead", budget=Decimal(2400),
            group="disadvantaged",
        )  # fmt: skip
        judged_action(
            cast,
            cast.dunmere,
            "A common planning format.",
            "did_not",
            note="Teachers lost an hour.",
            evidence="The staff survey.",
        )
        judged_action(cast, cast.ashmere, "Breakfast for every pupil.", "partly", head=nia, note="Mornings are calm.")
        School.objects.filter(pk=cast.ashmere.pk).update(phase="secondary")
        plan = Plan.objects.get(school=cast.dunmere)
        left = {one.pk: Ending("worked", "Seen.", evidence="Six books.") for one in plan.actions.filter(state="open")}
        close_plan(plan, Close("worked", "Reading rose.", "Reading ages.", endings=left), by=cast.ben)
    return cast


ALL = ["Daily phonics for Year 3.", "A common planning format.", "Breakfast for every pupil.", "Reading rose."]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [0, 1, 2, 3]),
        ({"q": "phonic"}, [0]),
        ({"q": "teachers lost"}, [1]),
        ({"q": "staff survey"}, [1]),
        ({"q": "reading ages"}, [3]),
        ({"q": "phonics or breakfast"}, [0, 2]),
        ({"q": "nowhere"}, []),
        ({"verdict": "worked"}, [0, 3]),
        ({"verdict": "did_not"}, [1]),
        ({"phase": "secondary"}, [2]),
        ({"support": "with"}, [0, 3]),
        ({"support": "without"}, [1, 2]),
        ({"criterion": "behaviour"}, [0, 1, 2, 3]),
        ({"criterion": "quality_of_education"}, []),
        ({"of": "plan"}, [3]),
        ({"group": "disadvantaged"}, [0, 3]),
        ({"group": "send"}, []),
        ({"of": "action", "verdict": "worked"}, [0]),
        ({"kind": "sip"}, [0, 1, 2, 3]),
        ({"kind": "operational_action_plan"}, []),
        ({"verdict": "nonsense"}, [0, 1, 2, 3]),
    ],
)
def test_they_are_found_by_words_and_by_what_they_are_about(four: Cast, asked: dict[str, str], found: list[int]):
    page = text_of(four.client(four.ada).get("/t/alder/verdicts/", asked))
    assert [words for words in ALL if words in page] == [ALL[number] for number in found]


def test_a_line_says_for_whom_and_at_what_dose(four: Cast):
    page = text_of(four.client(four.ada).get("/t/alder/verdicts/", {"q": "phonics"}))
    for words in (
        "Dunmere Primary, primary", "For: Writing; Disadvantaged pupils", "It worked", "Books show it.",
        "Eleven weeks. Support: English lead. £2,400.",
    ):  # fmt: skip
        assert words in page, (words, page)
    plan = text_of(four.client(four.ada).get("/t/alder/verdicts/", {"of": "plan"}))
    assert "Reading ages." in plan
    assert "Support: English lead. £2,400." in plan


def test_support_of_the_ledger_counts_as_support_of_the_action_it_served(four: Cast):
    """Named nowhere in the plan, booked for the action: it counts once it has come."""
    with trust_scope(four.alder):
        action = Action.objects.get(what="A common planning format.")
        record_act("action.planted", action, by=None)
        days = (date(2026, 10, 9), date(2026, 10, 16))
        told = {"entitlement": "", "what": "Moderation", "unit": "day", "amount": Decimal("1.5"), "action": action}
        first, second = book(four, *days, **told, cost=Decimal(300))
        [off] = book(four, date(2026, 12, 4), **told | {"what": "Called off"})
        cancel_support(off, by=four.ada, why="Not needed.")
    ada = four.client(four.ada)

    def found(support: str) -> list[str]:
        page = text_of(ada.get("/t/alder/verdicts/", {"support": support, "of": "action"}))
        return [words for words in ALL if words in page]

    assert found("with") == [ALL[0]], "booked is not come"
    with trust_scope(four.alder):
        say_delivered(first, by=four.ada)
    assert found("with") == [ALL[0], ALL[1]]
    assert found("without") == [ALL[2]]
    told_by_api = ada.get("/api/v1/t/alder/actions/", {"supported": "true"}).json()
    assert {one["what"] for one in told_by_api["results"]} == {ALL[0], ALL[1]}
    page = text_of(ada.get("/t/alder/verdicts/", {"q": "planning format"}))
    assert "Eleven weeks. Support that came: 1.5 days, £300." in page
    whole = text_of(ada.get("/t/alder/verdicts/", {"of": "plan"}))
    assert "Support: English lead. Support that came: 1.5 days, £300. Budget £2,400." in whole
    answer = ada.get(f"/t/alder/actions/{action.pk}/")
    assert [(one.page[1], one.stands) for one in answer.context["support"]] == [
        (second.pk, "booked"), (first.pk, "delivered"),
    ]  # fmt: skip
    shown = text_of(answer)
    assert "Support for it" in shown
    assert f'href="/t/alder/support/{first.pk}/"' in shown
    assert "Called off" not in shown


def test_each_sees_those_of_their_own_schools(four: Cast):
    own = text_of(four.client(four.ben).get("/t/alder/verdicts/"))
    assert "Daily phonics" in own
    assert "Breakfast" not in own
    assert "Breakfast" in text_of(four.client(four.tom).get("/t/alder/verdicts/"))
    assert four.client(four.cleo).get("/t/alder/verdicts/").status_code == 404
    assert four.client(four.olive).get("/t/alder/verdicts/").status_code == 403


def test_a_head_is_told_of_the_others_what_the_trust_allows(four: Cast):
    """Never a note, and nothing to open; by words only of what is shown."""
    ben = four.client(four.ben)

    def asked(**words: str) -> str:
        return text_of(ben.get("/t/alder/verdicts/", words))

    assert "The trust has not opened those of the others" in asked()
    type(four.alder).objects.filter(pk=four.alder.pk).update(heads_see_others="named")
    named = asked()
    for words in (
        "Breakfast for every pupil.",
        "Ashmere Primary, secondary",
        "It worked in part",
        "Eleven weeks.",
        "not the notes",
    ):
        assert words in named, words
    assert "Mornings are calm" not in named
    with trust_scope(four.alder):
        theirs = Action.objects.get(what="Breakfast for every pupil.")
        leader = member("Maya Grant", "leader", four.dunmere)
    assert f"/actions/{theirs.pk}/" not in named
    assert "Breakfast" in asked(q="breakfast")
    assert "Breakfast" not in asked(q="mornings"), "what is not shown is not searched"
    assert "Books show it." in asked(q="books show")
    assert "Breakfast" not in text_of(four.client(leader).get("/t/alder/verdicts/")), "the setting is of heads"


def test_a_kind_of_plan_is_looked_for_by_who_reads_those_of_every_school(four: Cast):
    for person, offered in ((four.ada, True), (four.ben, False)):
        page = four.client(person).get("/t/alder/verdicts/").content.decode()
        assert ('name="kind"' in page) == offered
    four.alder.heads_see_others = "named"
    four.alder.save()
    page = text_of(four.client(four.ben).get("/t/alder/verdicts/", {"kind": "operational_action_plan"}))
    assert "Daily phonics for Year 3." in page, "what is not offered is not asked"


def test_without_names_nobody_is_given_away(four: Cast):
    """Of a phase with five others; not in words that name a school or somebody there."""
    type(four.alder).objects.filter(pk=four.alder.pk).update(heads_see_others="unnamed")
    ben = four.client(four.ben)

    def asked(**words: str) -> str:
        return text_of(ben.get("/t/alder/verdicts/", words))

    assert "Breakfast" not in asked(), "one secondary school would be known by its phase"
    with trust_scope(four.alder):
        for number in range(5):
            SchoolFactory(trust=four.alder, name=f"Other {number}", phase="secondary")
        head = RoleGrant.objects.get(school=four.ashmere, role="head").membership
        judged_action(four, four.ashmere, "Nia reads with each child.", "worked", head=head)
        judged_action(four, four.ashmere, "NIA’S hour, and mr ford’s.", "worked", head=head)
        judged_action(four, four.ashmere, "What ASHMERES staff do.", "worked", head=head)
        judged_action(four, four.ashmere, "A quiet hour.", "worked", head=head, label="nia’s class")
        judged_action(four, four.ashmere, "Ashmere opens at eight.", "worked", head=head, support="Nia Ford, 2 days")
        judged_action(four, four.ashmere, "A reading hour.", "worked", head=head, support="Nia Ford, 2 days")
    page = asked()
    assert "Breakfast for every pupil." in page
    assert "A reading hour." in page
    assert "Another school, secondary" in page
    assert "A quiet hour." in page
    for words in ("ashmere", "nia", "ford", "mornings are calm"):
        assert words not in page.casefold(), words
    assert "Another school" not in asked(q="ashmere"), "a search for a name finds nothing of others"


def test_the_page_asks_the_same_of_few_and_of_many(four: Cast):
    counts, client = [], four.client(four.ada)
    for more in (0, 12):
        with trust_scope(four.alder):
            for number in range(more):
                judged_action(four, four.dunmere, f"More of it {number}.", "worked", label=f"Priority {number}")
        client.get("/t/alder/verdicts/")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/t/alder/verdicts/").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize(
    ("noun", "asked", "count"),
    [
        ("actions", {"state": "done"}, 3),
        ("actions", {"verdict": "worked"}, 1),
        ("actions", {"words": "phonics"}, 1),
        ("actions", {"supported": "true"}, 1),
        ("actions", {"supported": "false"}, 2),
        ("actions", {"phase": "secondary"}, 1),
        ("actions", {"criterion": "attendance"}, 0),
        ("plans", {"verdict": "worked"}, 1),
        ("plans", {"words": "reading"}, 1),
        ("plans", {"phase": "secondary"}, 1),
        ("plans", {"phase": "secondary", "verdict": "worked"}, 0),
    ],
)
def test_the_api_finds_them_too(four: Cast, noun: str, asked: dict[str, str], count: int):
    told = four.client(four.ada).get(f"/api/v1/t/alder/{noun}/", asked).json()
    assert len(told["results"]) == count


def stood(four: Cast) -> None:
    """Dunmere went down in October on one axis, and again today; Ashmere was told of nothing until tomorrow."""
    with trust_scope(four.alder):
        place(four, four.dunmere, "sustain", on=date(2026, 7, 1))
        place(four, four.dunmere, "reinforce", on=date(2026, 10, 5))
        place(four, four.dunmere, "refine", axis="operational", on=date(2026, 9, 7))
        place(four, four.dunmere, "stabilise", on=date(2026, 11, 21))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("academic:reinforce", [0, 1, 3]),
        ("operational:refine", [0, 1, 3]),
        ("academic:sustain", []),
        ("academic:stabilise", []),
        ("operational:reinforce", []),
    ],
)
def test_they_are_found_by_the_level_of_that_day(four: Cast, asked: str, found: list[int]):
    stood(four)
    ada = four.client(four.ada)
    page = text_of(ada.get("/t/alder/verdicts/", {"level": asked}))
    assert [words for words in ALL if words in page] == [ALL[number] for number in found]
    for noun, of in (("actions", {0, 1, 2}), ("plans", {3})):
        told = ada.get(f"/api/v1/t/alder/{noun}/", {"level": asked}).json()
        assert len(told["results"]) == len(of & set(found)), noun


def test_a_line_says_where_the_school_stood(four: Cast):
    stood(four)
    page = text_of(four.client(four.ada).get("/t/alder/verdicts/", {"q": "phonics"}))
    assert "At the time: Academic support: Reinforce; Operational support: Refine" in page
    assert "At the time" not in text_of(four.client(four.ada).get("/t/alder/verdicts/", {"q": "breakfast"}))


def test_a_level_gives_no_school_away(four: Cast):
    """Never beside a name; without names only where five others of the phase stood exactly there."""
    trusts, ben = type(four.alder).objects.filter(pk=four.alder.pk), four.client(four.ben)

    def asked(**words: str) -> str:
        return text_of(ben.get("/t/alder/verdicts/", words))

    with trust_scope(four.alder):
        place(four, four.ashmere, "reinforce")
        others = [SchoolFactory(trust=four.alder, name=f"Other {number}", phase="secondary") for number in range(5)]
        for one in others[:4]:
            place(four, one, "reinforce")
        fifth = place(four, others[4], "sustain")
    trusts.update(heads_see_others="named")
    assert "Breakfast for every pupil." in asked(of="action")
    assert "Breakfast" not in asked(level="academic:reinforce"), "what is not told is not searched"
    assert "At the time" not in asked(q="breakfast")
    trusts.update(heads_see_others="unnamed")
    assert "Breakfast for every pupil." in asked(q="breakfast")
    assert "At the time" not in asked(q="breakfast")
    assert "Breakfast" not in asked(level="academic:reinforce"), "one of five would be known by it"
    with trust_scope(four.alder):
        record_act("decision.planted", fifth, by=None)
        fifth.level = "reinforce"
        fifth.save()
    assert "At the time: Academic support: Reinforce" in asked(q="breakfast")
    assert "Breakfast for every pupil." in asked(level="academic:reinforce")
    with trust_scope(four.alder):
        place(four, four.ashmere, "refine", axis="operational")
    assert "At the time" not in asked(q="breakfast"), "with both axes it stands alone"
    assert "Breakfast" not in asked(level="academic:reinforce")
