"""A trust whose strategy has a ladder: its people, a school with a plan, and the story of a concern up to any point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.test import Client

from plans.models import Concern, Plan, WatchLook
from plans.queries.concerns import Standing, in_full, standing_of
from plans.rules.ladder import Step
from plans.services.escalating import ConcernEntry, StepEntry, decide_step, propose_step, raise_concern
from plans.services.notifying import To, send_letter
from schools.access import Access, access_of
from schools.models import Membership, School, StrategyVersion, Trust
from schools.tenancy import trust_scope
from tests.conftest import start_trust
from tests.factories import SchoolFactory, member

TODAY = date(2026, 11, 20)
REVIEW = date(2027, 1, 15)
LADDERS = {"numbered_categories": "scc", "sustain_to_stabilise": "sras"}
STEP = StepEntry(
    reason="Reading is not improving as the plan hoped.", causes="Two leaders have left.",
    discussed_with="The headteacher", discussed_on=date(2026, 11, 18), review_on=REVIEW,
)  # fmt: skip

PEOPLE: dict[str, tuple[str, str, bool]] = {
    "lead": ("Lena Lead", "si_lead", False),
    "ceo": ("Cora Chief", "ceo", False),
    "director": ("Dan Director", "director", False),
    "trust_chair": ("Tess Chair", "trust_chair", False),
    "trustee": ("Tom Trustee", "trustee", False),
    "operations": ("Ola Operations", "operations", False),
    "clerk": ("Carl Clerk", "clerk", False),
    "admin": ("Ann Admin", "admin", False),
    "head": ("Hal Head", "head", True),
    "leader": ("Lou Leader", "leader", True),
    "chair": ("Gita Chair", "chair", True),
    "governor": ("Gus Governor", "governor", True),
}
"""Key -> name, role, and whether it is held at the school."""


@dataclass(frozen=True)
class LadderWorld:
    trust: Trust
    version: StrategyVersion
    school: School
    other: School
    people: dict[str, Membership]

    def client(self, key: str) -> Client:
        client = Client()
        backend = "allauth.account.auth_backends.AuthenticationBackend"
        client.force_login(self.people[key].user, backend=backend)
        return client

    def access(self, key: str) -> Access:
        found = access_of(self.people[key].user)
        assert found is not None
        return found

    @property
    def ladder(self) -> Any:
        return self.version.strategy.ladders[0]

    def entry(self, sources: Sequence[str] = (), **step: Any) -> ConcernEntry:
        ladder = self.ladder
        return ConcernEntry(ladder.key, ladder.entry[:1], "The visit of 12 November.", _step(step), sources)

    def raised(self, by: str = "lead", sources: Sequence[str] = (), **step: Any) -> Concern:
        return raise_concern(self.school, self.entry(sources, **step), by=self.people[by])

    def propose(self, concern: Concern, step: Step, by: str = "lead", **entry: Any) -> None:
        propose_step(concern, step, _step(entry), by=self.people[by])

    def decide(self, concern: Concern, by: str = "ceo", outcome: str = "agreed", **more: str) -> None:
        decide_step(concern, access=self.access(by), outcome=outcome, **more)

    def opened(self) -> Concern:
        concern = self.raised()
        self.decide(concern)
        return self.fresh(concern)

    def moved(self, concern: Concern, step: Step, **entry: Any) -> Concern:
        """One more step, proposed and agreed."""
        self.propose(concern, step, **entry)
        self.decide(concern)
        return self.fresh(concern)

    def left(self) -> Concern:
        concern = self.opened()
        tests = dict.fromkeys(self.ladder.stages[0].exit_tests, "The visit of 16 November shows it.")
        return self.moved(concern, Step.CLOSE, exit_tests=tests)

    def looked(self, concern: Concern) -> None:
        """Every look after the ladder was taken by the lead, whatever day it is."""
        for due in self.standing(concern).looks:
            WatchLook.objects.create(
                concern=concern, change=self.standing(concern).entered, number=due.number, due_on=due.due_on, on=TODAY,
                finding="holds", words="Well.", by=self.people["lead"],
            )  # fmt: skip

    def plan(self) -> Plan:
        """The plan of the ladder's first stage, begun when the school stood on it before."""
        kind = next(one for one in self.version.strategy.plan_types if one.key == self.ladder.stages[0].plan)
        return Plan.objects.create(
            school=self.school, kind=kind.key, title=kind.label, year=2026, strategy_version=self.version,
            begun_by=self.people["head"],
        )  # fmt: skip

    def letter(self, concern: Concern, *told: str, **more: Any) -> Any:
        to = [To(words, f"Somebody for {words}"[:120], "by post") for words in told]
        given = {"subject": "Where the school stands", "text": "Dear colleague, this is so.", **more}
        return send_letter(concern, by=self.people["lead"], to=to, **given)

    def fresh(self, concern: Concern) -> Concern:
        return in_full(Concern.objects.select_related("school__trust", "strategy_version")).get(pk=concern.pk)

    def standing(self, concern: Concern, today: date = TODAY) -> Standing:
        return standing_of(self.fresh(concern), today=today)


def _step(given: dict[str, Any]) -> StepEntry:
    return replace(STEP, **given)


def make_ladder_world(
    strategy: str = "numbered_categories", slug: str = "alder", *, changed: tuple[str, str] = ("", "")
) -> LadderWorld:
    """Open the trust before anything is done in it."""
    trust, version = start_trust(slug, strategy, changed=changed)
    with trust_scope(trust):
        school, other = SchoolFactory(name="Elm Primary"), SchoolFactory(name="Oak Primary")
        people = {
            key: member(name, role, school if at_school else None) for key, (name, role, at_school) in PEOPLE.items()
        }
    return LadderWorld(trust, version, school, other, people)
