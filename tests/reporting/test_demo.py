"""The demo's story: written once, true to the rules, and wholly invented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from io import StringIO

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count
from django.test import Client, TestCase, override_settings
from django.test.utils import CaptureQueriesContext

from categorisation.models import Assessment, Decision, Rating, Reply, SchoolFact
from categorisation.queries import entries_of, evidence_of, previous_entries
from categorisation.rules import criterion_level
from categorisation.rules.entry import missing_before_submit
from categorisation.services import propose_categories
from categorisation.services.read_row import differing_read_rows
from evidence.models import Inspection, SelfEvaluation
from evidence.queries.sef import edition_before, entries_in, entries_now, layout_for
from plans.models import Action, ApprovalStep, Concern, Letter, MatchRun, Offer, Plan, PlanEdition, SupportBooking
from plans.queries.approvals import approvals_of
from plans.queries.concerns import in_full, standings
from plans.queries.gains import gains_of, with_gains
from plans.queries.matching import lines_of, matches_of
from plans.rules.exchange import broken, problem_of
from plans.rules.exchange_words import unmet
from reporting.management.demo.story import Story, TrustPlan, read_story
from reporting.queries.overview import overview
from reviews.models import Dispute, PenPortrait, PracticeRequest, Review, ReviewMember, ReviewShare
from schools.access import access_of
from schools.models import (
    AuditEntry,
    Establishment,
    Interest,
    Meeting,
    Membership,
    Period,
    RoleGrant,
    School,
    StrategyVersion,
    Trust,
    User,
)  # fmt: skip
from schools.queries import current_period
from schools.tenancy import trust_scope
from tests.conftest import TODAY

MOST_QUERIES = 482  # sixty each for plans and for matching support, fifty for concerns and their plans
FIGURE = re.compile(r"[%£{]|\d+ (of|pupils|places|points)|\d\.\d")
INVENTED = range(900_001, 900_300)


def seed(today: date = TODAY) -> str:
    """Run the command; what it printed."""
    out = StringIO()
    with override_settings(DEMO=True):
        call_command("seed_demo", today=today, stdout=out)
    return out.getvalue()


def rows_by_table() -> dict[str, int]:
    """How many rows every table has, in both trusts and outside."""
    models = [
        model for model in apps.get_models() if model._meta.app_label in ("schools", "categorisation", "reporting")
    ]
    found: dict[str, int] = {}
    for trust in Trust.objects.all():
        with trust_scope(trust):
            found |= {f"{trust.slug} {model._meta.label}": model._default_manager.count() for model in models}
    return found


class TestDemo(TestCase):
    """Seeded once; every test looks at another side of it."""

    story: Story
    printed: str
    queries: int

    @classmethod
    def setUpTestData(cls) -> None:
        cls.story = read_story()
        with CaptureQueriesContext(connection) as captured:
            cls.printed = seed()
        cls.queries = len(captured)

    def each_trust(self) -> Iterator[tuple[TrustPlan, Trust]]:
        for plan in self.story.trusts:
            with trust_scope(Trust.objects.get(slug=plan.slug)) as trust:
                yield plan, trust

    def test_a_second_run_changes_nothing_and_says_the_same(self):
        before = rows_by_table()
        assert seed(date(2027, 3, 3)) == self.printed
        assert rows_by_table() == before

    def test_it_takes_few_queries(self):
        assert self.queries <= MOST_QUERIES, self.queries

    def test_every_person_printed_can_sign_in(self):
        lines = re.findall(r"(\S+@\S+demo\.example)\s+(\S+)$", self.printed, re.MULTILINE)
        assert len(lines) > 20
        hashes: dict[str, str] = {}  # a trust has one password, so one of its people tries it for all
        for email, password in lines:
            person = User.objects.get(email=email)
            if person.password not in hashes:
                answer = Client().post("/account/login/", {"login": email, "password": password})
                assert answer.status_code == 302, email
            assert hashes.setdefault(person.password, password) == password
        assert User.objects.exclude(email__endswith="demo.example").count() == 0

    def test_the_trust_with_a_ladder_tells_of_it_and_the_other_does_not(self):
        told = {}
        for plan, _trust in self.each_trust():
            told[plan.slug] = set(Concern.objects.values_list("state", flat=True))
            if plan.slug == "birch":
                rows = in_full(Concern.objects.select_related("school__trust", "strategy_version"))
                known = {one.concern.school.known_as: one for one in standings(list(rows), today=TODAY)}
                osier = known["Osier Bank Primary"]
                assert (osier.stage.label, osier.concern.letters.count()) == ("Level 2", 2)
                held = SchoolFact.objects.current(TODAY).filter(school=osier.concern.school_id)
                assert list(held.values_list("key", flat=True)) == ["scc_level_2"]
                gained = with_gains(Plan.objects.select_related("strategy_version")).get(pk=osier.open_plan.pk)
                gain = gains_of(gained, access_of(osier.entered.proposed_by.user))[0]
                assert (gain.step, "reading specialist" in gain.words) == ("Up to Level 2", True)
                held, before = osier.open_plan.editions.order_by("-number")
                actions = [
                    [line["what"] for one in each.document["priorities"] for line in one["actions"]]
                    for each in (before, held)
                ]
                assert [any("specialist" in what for what in each) for each in actions] == [False, True]
                assert all(approvals_of([osier.open_plan])[osier.open_plan.pk][place].is_approved for place in (0, 1))
                assert known["Rookmere Primary"].next_look.number == 2
                assert not Letter.objects.filter(sent_at__date__gt=TODAY).exists()
        assert told == {"alder": set(), "birch": {"open", "proposed", "watched"}}

    def test_support_is_given_by_whom_the_strategy_names_and_verdicts_are_about_their_priority(self):
        by, about = {}, {}
        for plan, _trust in self.each_trust():
            lead = RoleGrant.objects.filter(role="ceo").values("membership")
            named = SupportBooking.objects.filter(entitlement__startswith="progress_meeting")
            by[plan.slug] = (named.count(), named.exclude(provider="central", provider_person__in=lead).count())
            for one in SupportBooking.objects.filter(entitlement="support_stabilise"):
                assert RoleGrant.objects.filter(membership=one.provider_person_id, role="si_lead").exists()
            closed = Action.objects.filter(plan__state="closed").select_related("priority")
            about |= {one.what: one.priority.label for one in closed}
        assert (by["alder"][0] > 0, [wrong for _, wrong in by.values()]) == (True, [0, 0])
        assert "in mathematics" in about["Teach reasoning with sentence stems, twice a week."]
        assert "reads" in about["Daily phonics for the lowest fifth of Years 3 and 4."]

    def test_who_can_give_is_matched_with_who_needs_it(self):
        for _ in (plan for plan, _ in self.each_trust() if plan.slug == "alder"):
            assert Offer.objects.filter(state="suggested").get().school.known_as == "Dunmere CofE Primary"
            run = MatchRun.objects.get()
            lines = lines_of(run)
            assert run.status == "best"
            assert broken(problem_of(run.problem), matches_of(lines)) == []
            assert {one.school.known_as for one in lines} == {"Elderbrook Primary", "Hollin Bank Primary"}
            assert all(one.why for one in lines)
            assert unmet(problem_of(run.problem), matches_of(lines))
        with time_machine.travel(TODAY):
            page = self.client_of("ruth.ellison@alder.demo.example").get("/t/alder/exchange/")
        assert "Ashmere Primary gives 3 days" in page.content.decode()

    def test_the_chief_executive_reads_who_may_slip_why_what_came_and_who_could_help(self):
        with time_machine.travel(TODAY):
            page = self.client_of("ruth.ellison@alder.demo.example").get("/t/alder/early-warning/").content.decode()
        text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
        here = text[text.index("Several signs") : text.index("How signs are counted")]
        first = here[here.index("Elderbrook Primary") : here.index("Everybody who could help")]
        for said in ("Support has not come.", "Leadership has changed.", "A figure is worse.", "Something is overdue."):
            assert said in first, said
        assert re.search(r"Support it had this year\. Visits by the head of school improvement: \d+ visits", first)
        assert re.search(
            r"Who could help\. \w[\w ]+ Primary, with [\w ]+: rated Sustain there, about \d+ minutes", first
        )

    def client_of(self, email: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(email=email), "allauth.account.auth_backends.AuthenticationBackend")
        return client

    def test_published_reviews_are_shared_with_governors_and_heads(self):
        for _ in self.each_trust():
            shares = ReviewShare.objects.select_related("review")
            assert {one.audience for one in shares} == {"governors", "schools"}
            assert all(one.review.state == "published" and one.shared_at > one.review.published_at for one in shares)

    def test_every_reassessment_concludes_where_the_strategy_asks(self):
        seen = set()
        for plan, _ in self.each_trust():
            for one in Decision.objects.select_related("strategy_version"):
                asked = one.strategy_version.strategy.axis_by_key[one.axis].concludes and bool(one.was)
                assert bool(one.conclusion.sentences) == asked, (plan.slug, one.pk)
                seen.add((one.provision, one.capacity))
        assert seen == {("", ""), ("fits", "stays"), ("change", "moves")}

    def test_reviews_stand_in_every_state_and_nobody_reviews_their_own_school(self):
        for _, _trust in self.each_trust():
            states = set(Review.objects.values_list("state", flat=True))
            assert states == {"proposed", "draft", "accuracy", "published"}
            for one in ReviewMember.objects.select_related("review"):
                own = RoleGrant.objects.filter(membership=one.membership_id).values_list("school", flat=True)
                assert one.review.school_id not in own
            closed = Action.objects.filter(finding__isnull=False, state="done")
            assert closed.exclude(verdict="").count() == 1
            assert PracticeRequest.objects.filter(state="asked").count() == 1
            assert PenPortrait.objects.count() >= 3
            assert not Dispute.objects.filter(closed_at=None).exists()

    def test_nothing_is_real(self):
        urns = {*Establishment.objects.values_list("urn", flat=True), *Inspection.objects.values_list("urn", flat=True)}
        for _, _trust in self.each_trust():
            urns |= set(School.objects.values_list("urn", flat=True))
            assert all(number.startswith("999/") for number in School.objects.values_list("laestab", flat=True))
        assert all(int(urn) in INVENTED for urn in urns)
        assert set(Inspection.objects.values_list("source", flat=True)) == {"Invented for the demonstration"}
        assert set(Inspection.objects.values_list("framework", flat=True)) == set(Inspection.Framework.values)

    def test_twelve_schools_and_five_and_one_that_moved(self):
        counts = {}
        for plan, _ in self.each_trust():
            counts[plan.slug] = School.objects.on(TODAY).count()
            millrace = School.objects.get(urn="900012")
            if plan.slug == "birch":
                left_on = millrace.left_on
            else:
                joined_on = millrace.joined_on
        assert counts == {"alder": 12, "birch": 5}
        assert left_on == joined_on == date(2026, 9, 1)

    def test_read_rows_are_what_the_ratings_say(self):
        for _, _trust in self.each_trust():
            assert differing_read_rows() == []

    def test_every_level_and_state_and_mark_is_to_be_seen(self):
        for plan, _ in self.each_trust():
            seen = overview(current_period(TODAY), today=TODAY)
            cells = [cell for line in seen.lines for cell in line.cells]
            categories = {category.level for line in seen.lines for category in line.categories}
            strategy = seen.sheets[0].strategy
            decided = set(Decision.objects.values_list("level", flat=True))
            levels = {level.key for axis in strategy.axes for level in strategy.axis_levels(axis.key)}
            assert levels <= categories | decided
            assert any(cell.stale_months for cell in cells)
            if plan.slug == "alder":
                assert {cell.step for cell in cells} >= {0, 2, 3, 4, 5}
                assert {line.matrix_state for line in seen.lines} == set(Assessment.State.values)
                assert {travel for _, one in seen.changes() for travel in [one.travel]} == {"up", "down"}
                assert [line.name for line in seen.overdue()] == ["Millrace Primary"]
            assert Rating.objects.filter(level=Rating.UNKNOWN).exists() or plan.slug == "birch"
            assert Rating.objects.filter(carried=True).exists()
            assert Rating.objects.exclude(moderated_level=None).exists()

    def test_ratings_say_what_the_story_says_and_move_one_step(self):
        for plan, _ in self.each_trust():
            for one in plan.schools:
                self.check_school(plan, one)

    def check_school(self, plan: TrustPlan, one) -> None:
        rows = Assessment.objects.filter(school__urn=one.urn).order_by("period__starts_on", "-period__half")
        told = [digits for entry in one.levels for digits in entry.split("/")]
        before: dict[str, int] = {}
        for assessment, digits in zip(rows, told, strict=True):
            strategy, evidence = assessment.strategy_version.strategy, evidence_of(assessment)
            for criterion, digit in zip(strategy.criteria, digits, strict=True):
                if assessment.state == "draft" or digit in "-0":
                    continue
                levels = [level.key for level in strategy.levels_of(criterion.kpis[0].scale)]
                found = criterion_level(strategy, criterion.key, evidence, phase=one.phase)
                assert found == levels[int(digit) - 1], (one.key, assessment, criterion.key)
            now = {rating.kpi.key: rating.counts_as for rating in assessment.ratings.select_related("kpi")}
            steps = {key: (before[key], level) for key, level in now.items() if level and before.get(key)}
            assert all(abs(was - level) <= 1 for was, level in steps.values()), (one.key, assessment, steps)
            before = now

    def test_what_was_sent_was_complete(self):
        for _, _trust in self.each_trust():
            sent = Assessment.objects.exclude(state="draft").select_related("school", "period", "strategy_version")
            for row in sent.order_by("-period__starts_on")[:30]:
                sentences = missing_before_submit(
                    row.strategy_version.strategy, entries_of(row), previous_entries(row), phase=row.school.phase,
                    today=row.submitted_at.date(),
                )  # fmt: skip
                assert list(sentences) == [], row

    def test_a_self_evaluation_begins_with_all_of_last_terms_words(self):
        for _, _trust in self.each_trust():
            drafts = SelfEvaluation.objects.filter(state="draft").select_related("school", "period", "strategy_version")
            assert drafts
            for sef in drafts:
                before, now = entries_in(edition_before(sef.school_id, sef.period)), entries_now(sef)
                assert {area.key for area in layout_for(sef).areas} == set(now)
                assert {key: entry for key, entry in now.items() if not entry.is_empty} == before, sef.school
                assert sef.sections.filter(carried=True).count() == max(len(before) - 2, 0)

    def test_words_beside_a_figure_name_no_other_figure(self):
        for plan, _trust in self.each_trust():
            strategy = StrategyVersion.objects.latest("pk").strategy
            measured = {kpi.key for kpi in strategy.kpis() if kpi.kind == "measured"}
            said = [(one.key, key, words) for one in plan.schools for key, words in one.said.items()]
            told = [("", key, word) for key, at in self.story.words.items() for name, words in at.items()
                    if name.startswith("at_") for word in words]  # fmt: skip
            figures = [each for each in (*said, *told) if each[1] in measured and FIGURE.search(each[2])]
            assert measured
            assert figures == []

    def test_nothing_lies_in_the_future_but_the_next_meeting(self):
        for _, _trust in self.each_trust():
            assert not Rating.objects.filter(written_at__date__gt=TODAY).exists()
            assert not Rating.objects.filter(evidence_on__gt=TODAY).exists()
            assert not Assessment.objects.filter(agreed_at__date__gt=TODAY).exists()
            assert not Decision.objects.filter(decided_at__date__gt=TODAY).exists()
            assert not Reply.objects.filter(at__date__gt=TODAY).exists()
            assert Meeting.objects.filter(starts_at__date__gt=TODAY).count() == 1
            assert Meeting.objects.filter(minutes_state="agreed").count() >= 9
            late = AuditEntry.objects.filter(at__date__gt=TODAY).exclude(did="report.requested")
            assert not late.exists()
            by_nobody = AuditEntry.objects.exclude(school=None).filter(by=None).exclude(did="checklist.entered")
            assert not by_nobody.exists()  # the clock itself puts on record that a school came to a level

    def test_no_edition_of_a_plan_tells_of_what_came_after_it_was_sent(self):
        told = 0
        for _ in self.each_trust():
            for edition in PlanEdition.objects.all():
                later = set(edition.plan.actions.filter(closed_at__gt=edition.sent_at).values_list("pk", flat=True))
                parts = (edition.document, *edition.document["priorities"])
                lines = [one for part in parts for one in part["actions"] if one["id"] in later]
                assert not [one for one in lines if one["closed"]], edition.plan
                told += len(lines)
        assert told > 5

    def test_what_differs_from_the_proposal_has_a_reason(self):
        for _, _trust in self.each_trust():
            told = 0
            for decision in Decision.objects.select_related("proposal"):
                proposal = decision.proposal
                as_proposed = proposal.level == decision.level and proposal.best == proposal.worst
                assert as_proposed or decision.reason, decision.pk
                told += proposal.level != decision.level
            assert told >= 3
            assert Reply.objects.count() >= 2

    def test_nobody_decides_where_they_declared_an_interest(self):
        for _, _trust in self.each_trust():
            declared = {(one.meeting_id, one.person_id, one.school_id) for one in Interest.objects.all()}
            assert declared
            for decision in Decision.objects.all():
                assert (decision.meeting_id, decision.decided_by_id, decision.school_id) not in declared

    def test_nobody_approves_a_plan_of_their_own(self):
        for _plan, _trust in self.each_trust():
            steps = ApprovalStep.objects.exclude(by=None).select_related("edition")
            assert steps
            assert [(str(one.edition), one.role) for one in steps if one.by_id in one.edition.writers] == []

    def test_proposals_are_those_of_the_service(self):
        said = ("axis", "level", "best", "worst", "of_version", "explanation")
        for _, _trust in self.each_trust():
            for row in Assessment.objects.filter(state="agreed").order_by("-period__starts_on", "school")[:2]:
                kept = list(row.proposals.order_by("axis").values_list(*said))
                propose_categories(row, today=row.agreed_at.date())
                assert list(row.proposals.order_by("axis").values_list(*said)) == kept != []

    def test_somebody_belongs_to_both_trusts_and_somebody_leads_two_schools(self):
        members = []
        for plan, _ in self.each_trust():
            members += Membership.objects.filter(ended_at=None).values_list("user__email", flat=True)
            if plan.slug == "alder":
                heads = Membership.objects.filter(grants__role="head", grants__ended_at=None)
                assert heads.annotate(schools=Count("grants")).filter(schools=2).exists()
        assert members.count("ada.whitlock@alder.demo.example") == 2


@pytest.mark.parametrize("day", ["2027-01-04", "2027-08-24"])
def test_the_story_holds_on_any_day(db: None, day: str) -> None:
    today = date.fromisoformat(day)
    with time_machine.travel(datetime.fromisoformat(f"{day}T12:00+00:00"), tick=True):
        seed(today)
    for plan in read_story().trusts:
        with trust_scope(Trust.objects.get(slug=plan.slug)):
            current = Period.objects.terms().begun(today).first()
            assert Assessment.objects.filter(period__starts_on__gte=current.starts_on).exists()
            assert Meeting.objects.filter(starts_at__date__gt=today).exists()
            assert not Rating.objects.filter(evidence_on__gt=today).exists()
            assert not Decision.objects.filter(decided_at__date__gt=today).exists()
            assert differing_read_rows() == []


def test_no_invented_data_outside_a_demo(db: None) -> None:
    with override_settings(DEMO=False), pytest.raises(CommandError, match="not a demo"):
        call_command("seed_demo")
    assert not Trust.objects.exists()
