"""Invented support of three years: what came, what did not, what is booked, and what schools asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal

from plans.models import SupportBooking, SupportRequest
from plans.queries.support import bookable
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.story import Story, TrustPlan, chance, pick
from reviews.models.wishes import Urgency
from reviews.queries.programme import placed_of
from reviews.rules.kinds import offered
from reviews.rules.owed import owed_of
from schools.models import School, StrategyVersion
from schools.queries import half_terms_of
from schools.rules import academic_year, working_days_after
from schools.strategy.provision import Entitlement

B, R = SupportBooking, SupportRequest

OUTSIDE = (0.1, 0.24, 0.4)
"""How often support came from outside: this year, last year, the year before."""

COSTS = {"central": Decimal(0), "school": Decimal(180), "external": Decimal(420)}
CAME, CAME_WHERE_BEHIND = 0.93, 0.4
AHEAD = timedelta(days=35)
UNSETTLED = 3
"""Of so many schools the last thing booked is not settled yet."""


class SupportWriter:
    """Writes the ledger of one trust, once the categories are decided."""

    def __init__(self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms) -> None:
        self.words, self.plan, self.people, self.version, self.terms = story.support, plan, people, version, terms
        self.lead = people.members[plan.moderator]
        self.here: dict[str, School] = {}

    def write(self, schools: Mapping[str, School]) -> None:
        """Of this year and the last all of it, of the one before every third; then what was asked for."""
        self.here = {key: school for key, school in schools.items() if school.left_on is None}
        year, today = academic_year(self.terms.today), self.terms.today
        placed = placed_of(self.here.values())
        halves = half_terms_of(self.here.values(), since=date(year - 2, 9, 1), until=today)
        rows = []
        for place, (key, school) in enumerate(self.here.items()):
            for ago in range(3):
                mine = [half for half in halves[school.pk] if half.year == year - ago]
                owed = owed_of(self.version.strategy, placed.get(school.pk, []), mine, since=school.joined_on)
                rows += self._of_year(key, place, ago, owed)
        B.objects.bulk_create([*rows, *self._of_the_trust()], batch_size=500)
        self._requests()

    def _of_year(self, key: str, place: int, ago: int, owed: Mapping[str, list[date]]) -> Iterator[SupportBooking]:
        latest = None
        for one in bookable(self.version.strategy):
            if not (one.levels or one.unit == "session"):  # of the offer for all, meetings are kept elsewhere
                continue
            for turn, due in enumerate(owed.get(one.key, ())):
                day = working_day(due - timedelta(days=int(4 * chance(key, one.key, turn))))
                if day > self.terms.today + AHEAD or (ago > 1 and turn % 3):
                    continue
                row = self._booking(key, one, day, ago)
                if day <= self.terms.today and ago == 0 and (latest is None or day > latest.on):
                    latest = row
                yield row
        if latest is not None and place < UNSETTLED:
            self._unsettled(latest, place)

    def _booking(self, key: str, one: Entitlement, day: date, ago: int) -> SupportBooking:
        about = (key, one.key, day.isoformat())
        booked = moment(working_day(day - timedelta(days=30)), "11:30")
        row = B(
            school=self.here[key], strategy_version=self.version, entitlement=one.key, what=one.label, unit=one.unit,
            on=day, booked_by=self.lead, booked_at=booked, **self._provider(key, one, about, ago),
        )  # fmt: skip
        likely = CAME_WHERE_BEHIND if key == self.plan.behind and ago == 0 else CAME
        if day > self.terms.today:
            return row
        if chance(*about, "came") < likely:
            return self._came(row, key)
        return self._missed(row, about)

    def _provider(self, key: str, one: Entitlement, about: tuple[str, ...], ago: int) -> dict[str, object]:
        """Whom the strategy names; where that may be anybody, the trust, another school, or somebody outside."""
        others = [other for other in self._giving() if other != key]
        named = next((each for each in one.given_by if each in self.words["givers"]), "")
        role = self.words["givers"].get(named, "")
        kind = (
            role if role in COSTS else "central" if role else "external" if chance(*about, "outside") < OUTSIDE[ago]
            else "school" if chance(*about) < 0.2 else "central"
        )  # fmt: skip
        cost = COSTS[kind] if chance(*about, "cost") < 0.8 else None
        funder = "school" if kind == "external" and chance(*about, "pays") < 0.5 else "trust"
        told: dict[str, object] = {"provider": kind, "cost": cost, "funder": funder}
        if kind == "external":
            return told | {"provider_words": named or pick(self.words["outside"], *about)}
        if kind == "school":
            giver = pick(others, *about)
            return told | {"provider_school": self.here[giver], "provider_person": self.people.head(giver, 0)}
        return told | {"provider_person": self.people.holding(role) if role else self.lead}

    def _giving(self) -> list[str]:
        """The schools that offer something; where none does, any."""
        return [one.key for one in self.plan.schools if one.offer and one.key in self.here] or list(self.here)

    def _came(self, row: SupportBooking, key: str) -> SupportBooking:
        row.state, row.delivered_by, row.delivered_at = "confirmed", self.lead, moment(row.on, "16:20")
        row.note = pick(self.words["notes"], key, row.entitlement, row.on.isoformat())
        row.answered_by, row.answered_at = self.people.head(key, 0), moment(working_days_after(row.on, 1), "09:10")
        if row.answered_at.date() > self.terms.today:
            row.state, row.answered_by, row.answered_at = "delivered", None, None
        return row

    def _missed(self, row: SupportBooking, about: tuple[str, ...]) -> SupportBooking:
        row.state, row.missed_by = "missed", pick(B.MissedBy.values, *about)
        row.why = self.words["missed"][B.MissedBy.values.index(row.missed_by)]
        row.ended_by, row.ended_at = self.lead, moment(row.on, "16:40")
        return row

    def _unsettled(self, row: SupportBooking, place: int) -> None:
        """The last of a school's is not settled: nobody has said, the school is asked, or it says otherwise."""
        row.missed_by, row.why, row.ended_by, row.ended_at = "", "", None, None
        row.answered_by, row.answered_at, row.note = None, None, row.note or self.words["notes"][0]
        row.delivered_by, row.delivered_at, row.state = self.lead, moment(row.on, "16:20"), "delivered"
        if place == 0:
            row.state, row.delivered_by, row.delivered_at, row.note = "booked", None, None, ""
        if place == 1:
            key = list(self.here)[place]
            row.state, row.answer = "disputed", self.words["disputed"][0]
            row.answered_by, row.answered_at = self.people.head(key, 0), moment(row.on, "17:05")

    def _of_the_trust(self) -> list[SupportBooking]:
        """Challenge to the trust itself, once a year."""
        days = [working_day(self.terms.today - timedelta(days=back)) for back in (41, 395)]
        return [
            B(
                school=None, strategy_version=self.version, what=self.words["trust"][0], unit="day", amount=2, on=day,
                provider="external", provider_words=self.words["outside"][0], cost=Decimal(1600), booked_by=self.lead,
                booked_at=moment(day - timedelta(days=40), "10:00"), state="delivered", delivered_by=self.lead,
                delivered_at=moment(day, "17:00"), note=self.words["trust"][1],
            )
            for day in days
        ]  # fmt: skip

    def _requests(self) -> None:
        """A draft, one that waits, one agreed with what came of it, one that was not possible."""
        reviews = {one.key for one in offered(self.version.strategy)}
        items = [one.key for one in self.version.strategy.menu if one.key not in reviews] or [""]
        keys, states = list(self.here), ("draft", "asked", "agreed", "declined")
        rows = [
            self._request(keys[n % len(keys)], state, items[n % 2 % len(items)], n) for n, state in enumerate(states)
        ]
        made = R.objects.bulk_create(rows)
        B.objects.bulk_create(self._agreed(made[2], keys[2 % len(keys)]))

    def _request(self, key: str, state: str, item: str, place: int) -> SupportRequest:
        head, asked = (
            self.people.head(key, 0),
            moment(working_day(self.terms.today - timedelta(days=34 - place)), "12:15"),
        )
        row = R(
            school=self.here[key], strategy_version=self.version, item=item, need=self.words["needs"][place],
            priority=Urgency.values[place % 3], suits=self.words["suits"][0], written_by=head, written_at=asked,
            state=state, criterion=self.version.strategy.criteria[place % 2].key,
        )  # fmt: skip
        if state != "draft":
            row.asked_by, row.asked_at = head, asked
        if state in ("agreed", "declined"):
            row.answer, row.answered_by = self.words[state][0], self.lead
            row.answered_at = asked + timedelta(days=5)
        return row

    def _agreed(self, row: SupportRequest, key: str) -> list[SupportBooking]:
        days = [working_day(self.terms.today + timedelta(days=ahead)) for ahead in (-12, 16)]
        rows = [
            B(
                school=row.school, strategy_version=self.version, request=row, what=self.words["asked"][0], unit="day",
                on=day, provider="external", provider_words=self.words["outside"][1], funder="school",
                cost=Decimal(450), criterion=row.criterion, booked_by=self.lead,
                booked_at=row.answered_at or row.written_at,
            )
            for day in days
        ]  # fmt: skip
        return [self._came(rows[0], key), rows[1]]
