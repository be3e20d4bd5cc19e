"""The record of changes is in words: the strategy's labels, what it was about and where that is."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from categorisation.models import Decision, Rating
from categorisation.services import moderate_rating, reply_to_decision
from schools.models import AuditEntry
from schools.record import Line
from schools.services.strategies import choose_strategy
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.reporting.stories import agree, decide, moment, rate, term
from tests.schools.test_invitations import invite  # noqa: F401 - a fixture

DAY = date(2026, 11, 16)
REPLY = "The governors and I accept this. " * 20


def lines(cast: Cast, person=None, **asked: str) -> list[Line]:
    page = cast.client(person or cast.ruth).get(reverse("audit", args=["alder"]), asked)
    assert page.status_code == 200
    return page.context["lines"]


@pytest.fixture
def decided(cast: Cast) -> Decision:
    """A matrix moderated and agreed, categories decided, and a long reply to the operational one."""
    with trust_scope(cast.alder):
        matrix = rate(cast.dunmere, term("autumn", 2026), head=cast.ben, on=DAY)
        moderate_rating(matrix, "attendance", level=3, reason="It fell.", by=cast.ada)
        agree(matrix, by=cast.ada, on=DAY)
        decide(matrix, by=cast.ruth, level="reinforce", reason="The site is unsafe.", on=DAY)
        decision = Decision.objects.get(axis="operational")
        with time_machine.travel(moment(TODAY)):
            reply_to_decision(decision, text=REPLY, by=cast.ben, today=TODAY)
    return decision


def test_levels_axis_and_thing_are_words_with_links(cast: Cast, decided: Decision) -> None:
    found = {line.thing: line for line in lines(cast, did="category.decided")}
    line = found["Operational support"]
    assert (line.what, line.after, line.why) == ("Category decided", "Reinforce", "The site is unsafe.")
    assert "Academic support" in found
    assert line.url == reverse("decision", args=["alder", decided.pk])
    (line,) = lines(cast, did="rating.moderated")
    assert (line.before, line.after, line.why) == ("Refine", "Reinforce", "It fell.")
    assert line.thing.endswith(", Autumn term 2026/27")
    assert line.url == reverse("matrix", args=["alder", cast.dunmere.pk, cast.autumn.pk])
    assert [line.before for line in lines(cast, did="matrix.agreed")] == ["Submitted"]


def test_a_long_reply_is_whole_and_folded(cast: Cast, decided: Decision) -> None:
    (line,) = lines(cast, did="decision.replied")
    assert line.thing == "Operational support"
    assert line.why == REPLY.strip()
    assert line.begins.endswith("…")
    page = cast.client(cast.ruth).get(reverse("audit", args=["alder"]), {"did": "decision.replied"})
    assert "Decision object" not in page.text


def test_an_entry_cut_short_ends_with_an_ellipsis(cast: Cast, decided: Decision) -> None:
    with trust_scope(cast.alder):
        AuditEntry.objects.create(
            at=timezone.now(),
            did="decision.replied",
            about="categorisation.decision",
            about_id=decided.pk,
            why="x" * 200,
        )
    assert lines(cast, did="decision.replied")[0].why == "x" * 200 + "…"


def test_links_lead_only_where_the_reader_may_go(cast: Cast, decided: Decision) -> None:
    """The administrator reads that a category was decided, and does not open the decision."""
    found = lines(cast, cast.olive, did="category.decided")
    assert {(line.thing, line.url) for line in found} == {("Academic support", ""), ("Operational support", "")}


def test_a_fingerprint_is_folded_and_a_strategy_has_its_title(cast: Cast) -> None:
    with trust_scope(cast.alder):
        choose_strategy("two_axes", by=cast.olive, from_on=TODAY)
        AuditEntry.objects.create(at=timezone.now(), did="report.ready", about="reporting.report", after="0f" * 32)
    sealed, chosen = lines(cast)[:2]
    assert (sealed.after, sealed.fingerprint) == ("", "0f" * 32)
    assert chosen.thing == cast.version.title
    assert chosen.after == ""


def test_who_was_invited_and_who_accepted_have_their_names(cast: Cast, invite) -> None:  # noqa: F811
    Client().post(invite(), {"password": "five lime oak river", "again": "five lime oak river"})
    accepted, invited = lines(cast)[:2]
    assert (invited.what, invited.thing, invited.after) == (
        "Person invited",
        "Nia Bell",
        "Headteacher of Ashmere Primary",
    )
    assert (accepted.who, accepted.after) == ("Nia Bell", "Headteacher of Ashmere Primary")


def test_a_full_page_takes_as_many_queries_as_a_short_one(cast: Cast, decided: Decision, queries) -> None:
    client, url = cast.client(cast.ruth), reverse("audit", args=["alder"])
    client.get(url)
    few = len(queries(lambda: client.get(url)))
    with trust_scope(cast.alder):
        known = list(AuditEntry.objects.filter(about__startswith="categorisation."))
        ratings = list(Rating.objects.values_list("pk", flat=True)[:10])
        for entry in known * 5:
            entry.pk, entry.act = None, uuid4()
            entry.about_id = ratings.pop() if ratings and entry.did == "rating.moderated" else entry.about_id
            entry.save(force_insert=True)
    assert len(client.get(url).context["lines"]) > 20
    assert len(queries(lambda: client.get(url))) == few
