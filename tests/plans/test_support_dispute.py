"""A dispute about support is settled with how much of it came."""

from __future__ import annotations

from decimal import Decimal

from plans.services.booking import confirm_support, dispute_support, say_delivered, say_missed
from reviews.queries.programme import programmes
from schools.models import AuditEntry
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.plans.support_world import book, place
from tests.plans.test_support_booking import OCTOBER, YESTERDAY, _today, at, line, text_of

__all__ = ["_today"]


def test_a_dispute_is_settled_with_how_much_came(cast: Cast):
    with trust_scope(cast.alder):
        place(cast, cast.dunmere, "reinforce")
        [row] = book(cast, OCTOBER, amount=Decimal(2), cost=Decimal(350))
        say_delivered(row, by=cast.ada)
        dispute_support(row, by=cast.ben, answer="Only one of the two.")
        [unsaid] = book(cast, YESTERDAY)
    ada, page = cast.client(cast.ada), f"/t/alder/support/{row.pk}/"
    for where in (at(cast), "/t/alder/support/"):
        shown = ada.get(where)
        assert [(one.title, [row.booking for row in one.rows]) for one in shown.context["waiting"]] == [
            ("In dispute", [row]), ("Did it take place?", [unsaid]),
        ]  # fmt: skip
        assert "the school says otherwise. Settle how much came." in text_of(shown)
        assert f'href="{page}#came">Settle it' in text_of(shown)
    shown = text_of(ada.get(page))
    assert "How much came, in visits?" in shown
    assert "called off" not in shown, "what was said to have come is called off no more"
    for much, said in (
        ("0", "say instead that it did not take place"), ("2.5", "at most 2 as was booked"), ("-1", "at most 2"),
        ("0.25", "Enter how much came"), ("lots", "Enter how much came"),
    ):  # fmt: skip
        refused = ada.post(page + "came/", {"came": much, "note": "You are right."})
        assert (refused.status_code, said in text_of(refused)) == (422, True), much
        assert f'value="{much}"' in text_of(refused)
    assert ada.post(page + "came/", {"came": "1", "note": "You are right."}).status_code == 302
    with trust_scope(cast.alder):
        found = line(cast, "support_reinforce")
        assert (found.came, found.missed, found.disputed, found.cost) == (1, 1, 0, 175)
        [one] = programmes([cast.dunmere], 2026, today=TODAY)
        assert next(each.done for each in one.programme.lines if each.key == "support_reinforce") == 1
        assert "1 of 2 visits came" in AuditEntry.objects.latest("pk").after
        confirm_support(row, by=cast.ben)
    shown = text_of(cast.client(cast.ben).get(page))
    assert "2 visits, of which 1 came." in shown
    assert '£175<span class="note"> in proportion, of £350' in shown
    assert "1 of 2 visits" in text_of(cast.client(cast.ben).get(at(cast)))
    told = cast.client(cast.ruth).get("/t/alder/support/file/?year=2026").content.decode()
    assert ",1,2,visit,Confirmed by the school," in told
    assert ",175.00" in told


def test_what_came_in_part_is_whole_again_or_missed_altogether(cast: Cast):
    with trust_scope(cast.alder):
        row, other = book(cast, OCTOBER, YESTERDAY, amount=Decimal(2))
        for one in (row, other):
            say_delivered(one, by=cast.ada, came=Decimal("1.5"))
            dispute_support(one, by=cast.ben, answer="Not so.")
        assert say_delivered(row, by=cast.ada, note="Both, see the sheet.").came is None
        assert say_missed(other, by=cast.ada, missed_by="provider", why="Ill.").came is None
