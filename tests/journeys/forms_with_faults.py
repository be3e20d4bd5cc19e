"""Each main form, filled in wrongly: who sends it, from which page, and what they type."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from categorisation.models import Assessment, Rating
from categorisation.queries import ratings_of
from schools.models import Meeting, Membership, RoleGrant
from tests.journeys.addresses import Addresses

Form = tuple[str, str, str, str, dict[str, str]]
"""Its name, a role, the page's address, a part of the form's own address, and what is typed by field."""


def forms_with_faults(addresses: Addresses) -> list[Form]:
    slug = addresses.trust.slug

    def at(name: str, **more: Any) -> str:
        return reverse(name, kwargs={"trust": slug, **more})

    school = addresses.known["setup_school"][0]
    person = Membership.objects.order_by("pk").last()
    meeting = Meeting.objects.exclude(minutes_state="agreed").order_by("-starts_at").first()
    secret = addresses.known["invitation"][0]["secret"]
    assert person is not None
    assert meeting is not None
    return [
        ("sign-in", "nobody", reverse("account_login"), "login", {"login": "a@example.org", "password": "wrong"}),
        ("password asked anew", "nobody", reverse("account_reset_password"), "", {"email": "not an address"}),
        ("invitation", "nobody", reverse("invitation", args=[secret]), "", {"password": "short", "again": "other"}),
        ("a trust", "operator", reverse("operator_new"), "", {"name": "", "slug": "a b"}),
        ("a file of the register", "operator", reverse("register_import"), "", {}),
        ("password", "head", reverse("account_change_password"), "", {"oldpassword": "wrong", "password1": "short"}),
        ("token", "head", at("account"), "", {"name": ""}),
        ("invite", "admin", at("people"), "", {"name": "", "email": "nowhere", "role": "head"}),
        ("role", "admin", at("person", pk=person.pk), "", {"role": "head"}),
        ("settings", "admin", at("trust_settings"), "", {"accent": "#ffffff", "news_hour": "3"}),
        ("calendar", "admin", at("calendar"), "", {"autumn-starts_on": "", "spring-ends_on": ""}),
        ("school by hand", "admin", at("setup_school_new"), "", {"urn": "12"}),
        ("school's dates", "admin", at("setup_school", **school), "", {"left_on": "1999-01-01"}),
        ("strategy", "admin", at("strategy_choose"), "/setup/strategy/", {"name": "", "starts_on": ""}),
        ("strategy's file", "admin", at("strategy_upload"), "", {}),
        ("meeting", "si_lead", at("meetings"), "", {"day": "soon", "time": ""}),
        ("agenda", "si_lead", at("meeting_agenda", meeting_id=meeting.pk), "", _a_bad_place(meeting)),
        ("interest", "si_lead", at("meeting", meeting_id=meeting.pk), "/interest/", {"nature": ""}),
        ("report", "si_lead", at("reports"), "", {"kind": "", "period": ""}),
        *_of_the_matrix(addresses, at),
    ]


def _a_bad_place(meeting: Meeting) -> dict[str, str]:
    first = meeting.agenda.first()
    assert first is not None
    return {f"place-{first.school_id}": "0"}


def _of_the_matrix(addresses: Addresses, at: Any) -> list[Form]:
    found: list[Form] = []
    for one in addresses.known["matrix_moderate"][:1]:
        rating = _first_rating(one)
        wrong = {f"k{rating.kpi.number}-level": "4" if rating.level != 4 else "1", f"k{rating.kpi.number}-reason": ""}
        found.append(("moderate", "si_lead", at("matrix_moderate", **one), "/moderate/rating/", wrong))
        found.append(("send back", "si_lead", at("matrix_moderate", **one), "/return/", {"note": ""}))
    for one in addresses.known["decide"]:
        found.append(("decide", "ceo", at("decide", **one), "", {"level": "", "reason": ""}))
    led = set(RoleGrant.objects.current().filter(role="head").values_list("school", flat=True))
    for one in [each for each in addresses.known["criterion"] if each["school_id"] in led][:1]:
        number, head = _first_rating(one).kpi.number, f"head of {one['school_id']}"
        found.append(("criterion", head, at("criterion", **one), "", {f"k{number}-evidence_on": "last week"}))
    return found


def _first_rating(of: dict[str, Any]) -> Rating:
    matrix = Assessment.objects.get(school=of["school_id"], period=of["period_id"])
    strategy = matrix.strategy_version.strategy
    wanted = strategy.criterion_by_key[of["criterion"]].kpis if "criterion" in of else strategy.criteria[0].kpis
    ratings = ratings_of(matrix)
    return next(ratings[kpi.key] for kpi in wanted if kpi.key in ratings)
