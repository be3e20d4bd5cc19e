"""Invented offers of support, and the matching of the half term worked out from them as anybody would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from plans.models import MatchRun, Offer, OfferNotTo, SupportBooking
from plans.queries.matching import halves_to_match, own_periods
from plans.services.matching import work_out
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.record import Record
from reporting.management.demo.story import SchoolPlan, TrustPlan
from schools.models import Membership, Period, School, StrategyVersion
from schools.rules import working_days_after

CONFIRMED_AGO = timedelta(days=48)


class ExchangeWriter:
    """Writes what the schools of one trust, and its team, can give."""

    def __init__(self, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms, record: Record) -> None:
        self.plan, self.people, self.version, self.terms, self.record = plan, people, version, terms, record
        self.lead = people.members[plan.moderator]

    def write(self, schools: Mapping[str, School]) -> None:
        """Offers first; then the half term that is not over is matched, where there is one and somebody offers."""
        told = [
            (one.offer, self.people.head(one.key, 0), schools[one.key], None) for one in self.plan.schools if one.offer
        ]
        team = [(offer, self.lead, None, self.people.members[key]) for key, offer in self.plan.team.items()]
        offers = [self._offer(*each) for each in (*told, *team)]
        Offer.objects.bulk_create(offers)
        OfferNotTo.objects.bulk_create(
            OfferNotTo(offer=row, school=schools[key])
            for row, (offer, *_) in zip(offers, told, strict=False)
            for key in offer.get("not_to", ())
        )
        SupportBooking.objects.bulk_create(row for one in self.plan.schools for row in self._given(schools, one))
        halves = halves_to_match(own_periods(self.terms.today), self.terms.today) if offers else []
        if halves:
            at = moment(self.terms.today, "08:40")
            run = work_out(MatchRun(period=halves[0]), by=self.lead, at=at)
            self.record.write("match.solved", run, at=at, by=self.lead, label=halves[0].label)

    def _given(self, schools: Mapping[str, School], plan: SchoolPlan) -> Iterator[SupportBooking]:
        """Days of the last half term that came to other schools, confirmed by them: more than the giver’s limit."""
        gave = plan.offer.get("gave", {})
        over = Period.objects.halves().filter(school=None, ends_on__lt=self.terms.today).order_by("-ends_on")
        half = over.first() if gave else None
        if half is None:
            return
        for to, days in gave.items():
            for n in range(days):
                day = working_day(half.ends_on - timedelta(days=3 + 7 * n))
                yield SupportBooking(
                    school=schools[to], strategy_version=self.version, what=plan.offer["what"], unit="day", on=day,
                    provider="school", provider_school=schools[plan.key], criterion=plan.offer["areas"][0],
                    booked_by=self.lead, booked_at=moment(working_day(day - timedelta(days=21)), "10:20"),
                    state="confirmed", delivered_by=self.lead, delivered_at=moment(day, "16:30"),
                    note=plan.offer["noted"], answered_by=self.people.head(to, 0),
                    answered_at=moment(working_days_after(day, 1), "08:50"),
                )  # fmt: skip

    def _offer(
        self, told: Mapping[str, Any], by: Membership, school: School | None, person: Membership | None
    ) -> Offer:
        at = moment(working_day(self.terms.today - CONFIRMED_AGO), "11:40")
        suggested = told.get("suggested", False)
        return Offer(
            school=school, person=person, areas=told["areas"], most_days=told["days"],
            per=told.get("per", Offer.Per.HALF_TERM), from_on=self.terms[1].starts_on,
            most_minutes=told.get("minutes"), not_to_why=told.get("why", ""), note=told.get("note", ""),
            written_by=self.lead if suggested else by, written_at=at,
            state=Offer.State.SUGGESTED if suggested else Offer.State.CONFIRMED,
            confirmed_by=None if suggested else by, confirmed_at=None if suggested else at,
        )  # fmt: skip
