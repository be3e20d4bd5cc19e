"""The measures by which a strategy judges itself: what is counted for each, and in which term (S0-62)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from categorisation.models import Decision, Rating, Reply
from evidence.models import Inspection, PublishedFigure, SefEdition, SelfEvaluation, Source, Target
from plans.models import Action, Plan, SupportBooking, Validation
from reporting.build import build_html
from reporting.contents import as_snapshot, gather
from reporting.contents.slices import year_of
from reporting.models import Report
from reviews.models import Finding, PracticeRequest, Review
from reviews.models.register import Practice
from schools.models import Kpi, Period, School, StrategyVersion
from schools.strategy import StrategyError, read_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, start_trust
from tests.reporting.world import World, furnish, moment

NOW = moment(date(2026, 11, 20))
AUTUMN, SPRING, SUMMER = date(2025, 10, 14), date(2026, 2, 3), date(2026, 5, 5)
LAST_YEAR, CHRISTMAS = date(2025, 7, 8), date(2025, 12, 28)


@pytest.fixture
def numbered(db: None) -> Iterator[World]:
    """Six schools of a trust with the six measures of S0, four terms of them."""
    trust, version = start_trust("numbered", "numbered_categories")
    with trust_scope(trust):
        yield furnish(version, schools=6)


def report_of(world: World, term: int = 2, kind: str = "impact_report") -> dict[str, Any]:
    """As it is kept: of the year 2025/26, unless another of the world's terms is named."""
    named = next(one for one in StrategyVersion.objects.get().strategy.reports if one.key == kind)
    report = Report.objects.create(
        kind=kind, template=named.template, title=named.label, period=world.terms[term], requested_by=world.chief,
        requested_at=NOW,
    )  # fmt: skip
    return as_snapshot(gather(Report.objects.get(pk=report.pk), now=NOW))


def measure(snapshot: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """The tables of one measure."""
    label = next(one.label for one in StrategyVersion.objects.get().strategy.impact if one.key == key)
    part = next(one for one in snapshot["parts"] if one["kind"] == "tables")
    return next(group["tables"] for group in part["groups"] if group["title"] == label)


def rows(table: dict[str, Any]) -> dict[str, list[str]]:
    return {first: [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in rest] for first, *rest in table["rows"]}


def test_the_six_measures_stand_in_the_order_of_the_strategy(numbered: World) -> None:
    snapshot = report_of(numbered)
    first, changes, worth, notes = snapshot["parts"]
    assert (first["title"], [group["title"] for group in first["groups"]]) == (
        "The six measures", [one.label for one in StrategyVersion.objects.get().strategy.impact],
    )  # fmt: skip
    assert [changes["title"], worth["title"], notes["unfilled"]] == ["What changed", "What it was worth", []]
    assert snapshot["cover"]["subtitle"] == "The year 2025/26"
    assert "since the year began" in snapshot["cover"]["gist"][0]
    html = build_html(snapshot)
    assert all(f"<h3>{group['title']}</h3>" in html for group in first["groups"])


def test_a_slice_of_it_is_had_each_term(numbered: World) -> None:
    snapshot = report_of(numbered, term=1)
    assert snapshot["cover"]["subtitle"] == "The year 2025/26, to the spring term"
    moved, _ = measure(snapshot, "movement")
    assert moved["head"] == ["Schools that", "Autumn 25", "Spring 26", "The year"]
    alone, _ = measure(report_of(numbered, term=3), "movement")
    assert alone["head"] == ["Schools that", "Autumn 26"]


def test_a_year_is_cut_where_terms_begin_and_holidays_belong_to_the_term_before(numbered: World) -> None:
    year = year_of(Report(period=numbered.terms[2]), today=date(2026, 7, 21))
    begins = [one.starts_on for one in Period.objects.terms().filter(year=2025)]
    assert [one.since for one in year.slices] == [date(2025, 9, 1), *begins[1:]]
    assert [one.until for one in year.slices] == [*(one - timedelta(days=1) for one in begins[1:]), date(2026, 7, 21)]
    assert year.row("Days", [CHRISTMAS, AUTUMN, SUMMER, LAST_YEAR]) == ("Days", "2", "0", "1", "3")


def test_movement_is_from_the_end_of_one_term_to_the_end_of_the_next(numbered: World) -> None:
    Reply.objects.all().delete()
    Decision.objects.all().delete()
    version, school, other = StrategyVersion.objects.get(), *numbered.schools[:2]
    told: dict[str, Any] = {"axis": "category", "strategy_version": version, "decided_by": numbered.chief}
    axis = version.strategy.axes[0].key
    for of, day, level in (
        (school, LAST_YEAR, "three"), (school, AUTUMN, "two"), (school, CHRISTMAS, "three"), (school, SUMMER, "four"),
        (other, SPRING, "one"),
    ):  # fmt: skip
        Decision.objects.create(
            **{**told, "axis": axis}, school=of, period=numbered.terms[0], level=level, effective_on=day,
            decided_at=moment(day), tell_at=moment(day), reply_due_on=day,
        )  # fmt: skip
    found = rows(measure(report_of(numbered), "movement")[0])
    assert found == {
        "Need less support than before": ["0", "0", "0", "0"],  # back by the end of the holiday
        "Need more support than before": ["0", "0", "1", "1"],
        "Stayed where they were": ["1", "1", "1", "0"],
        "Placed for the first time": ["0", "1", "0", "1"],
        "Not placed": ["5", "4", "4", "4"],
    }


def test_inspections_of_the_year_stand_beside_the_one_before(numbered: World) -> None:
    school, other = numbered.schools[:2]
    for urn, day, framework, more in (
        (school.urn, date(2022, 3, 1), "graded_1_to_4", {"overall": "3"}),
        (school.urn, SPRING, "report_card_2025", {"grades": {"inclusion": "Strong standard"}}),
        (other.urn, LAST_YEAR, "graded_1_to_4", {"overall": "2"}),
    ):  # fmt: skip
        known = {"urn": urn, "framework": framework, "source": "Invented", "as_at": day, **more}
        Inspection.objects.create(inspected_on=day, published_on=day, **known)
    (row,) = measure(report_of(numbered), "movement")[1]["rows"]
    assert row[:2] == [school.known_as, "3 February 2026"]
    assert "Inclusion: strong standard" in row[2]
    assert row[3].startswith("Requires improvement")


def test_targets_of_schools_are_counted_and_none_of_few_pupils_is_told(numbered: World) -> None:
    strategy = StrategyVersion.objects.get().strategy
    key = next(one.measure for one in strategy.returns[0].asks if strategy.measure_by_key[one.measure].kind == "share")
    better = strategy.measure_by_key[key].better
    reached, missed = (60, 50) if better == "high" else (50, 60)
    for number, school in enumerate(numbered.schools[:4]):
        Target.objects.create(school=school, measure=key, year=2025, season="", value=55)
        if number < 3:
            PublishedFigure.objects.create(
                measure=key, year=2025, place="school", code=school.urn, source="Invented", as_at=SUMMER,
                value=(reached, missed, reached)[number], numerator=None, denominator=None,
                status="number" if number < 2 else "suppressed",
            )  # fmt: skip
    (found,) = rows(measure(report_of(numbered), "targets")[0]).values()
    assert found == ["4", "1", "1", "2"]


def test_evaluated_impact_counts_the_plans_that_the_measure_names(numbered: World) -> None:
    school, version = numbered.schools[0], StrategyVersion.objects.get()
    for kind, day, verdict in (
        ("isap", AUTUMN, "worked"), ("isap", SUMMER, "did_not"), ("isap", LAST_YEAR, "worked"),
        ("core_plan", AUTUMN, "worked"),
    ):  # fmt: skip
        plan = Plan.objects.create(
            school=school, kind=kind, title="Reading", year=2025, strategy_version=version, state="closed",
            verdict=verdict, closed_at=moment(day), final={},
        )  # fmt: skip
        Action.objects.create(plan=plan, what="Coach.", state="done", verdict="partly", closed_at=moment(day))
    latest = Plan.objects.filter(kind="isap").latest("closed_at")
    Validation.objects.create(
        plan=latest, outcome="differs", verdict="partly", saw="Books.", place="Class 4", on=SUMMER,
        by=numbered.chief, at=moment(SUMMER),
    )  # fmt: skip
    counts, plans = measure(report_of(numbered), "isap_impact")
    found = rows(counts)
    assert found["Plans closed"] == ["1", "0", "1", "2"]
    assert found["Plans: it worked"] == ["1", "0", "0", "1"]
    assert found["Plans: it did not work"] == ["0", "0", "1", "1"]
    assert found["Actions: it worked in part"] == ["1", "0", "1", "2"]
    told = [(row[2], row[4]) for row in plans["rows"]]
    assert told == [("14 October 2025", "Not validated"), ("5 May 2026", "Seen differently from outside")]


def reviewed(world: World, school: School, kind: str, day: date) -> Review:
    by, at = world.chief, moment(day)
    signed = {
        f"{side}_signed_{what}": value for side in ("trust", "school") for what, value in (("at", at), ("by", by))
    }
    return Review.objects.create(
        school=school, strategy_version=StrategyVersion.objects.get(), kind=kind, starts_on=day, ends_on=day, days=1,
        dates=[day], proposed_at=at, proposed_by=by, state="published", published_at=at, **signed,
    )  # fmt: skip


def test_peer_reviews_with_what_they_found_and_what_came_of_it(numbered: World) -> None:
    school, other = numbered.schools[:2]
    first, again = (reviewed(numbered, school, "peer_review", day) for day in (AUTUMN, SUMMER))
    reviewed(numbered, other, "data_review", AUTUMN)
    found = Finding.objects.create(review=first, kind="ebi", text="Handwriting.")
    Finding.objects.create(review=again, kind="finding", text="Boards.")
    plan = Plan.objects.create(school=school, title="Writing", year=2025)
    done = {"state": "done", "verdict": "worked", "closed_at": moment(SPRING)}
    Action.objects.create(plan=plan, finding=found, what="Practise.", **done)
    Action.objects.create(plan=plan, finding=found, what="Not sent yet.", is_draft=True)
    counts, without = measure(report_of(numbered), "peer_reviews")
    told = rows(counts)
    assert told["Reviews published"] == ["1", "0", "1", "2"]
    assert told["Schools reviewed"] == ["1", "0", "1", "1"]
    assert told["Findings: Even better if"] == ["1", "0", "0", "1"]
    assert told["Findings: other"] == ["0", "0", "1", "1"]
    assert told["Actions agreed on what they found"] == ["1", "0", "0", "1"]
    assert told["Of these, it worked"] == ["1", "0", "0", "1"]
    assert other.known_as in without["lede"]
    assert school.known_as not in without["lede"]


def test_self_evaluations_count_when_first_sent_and_each_school_once_with_its_latest(numbered: World) -> None:
    school, version = numbered.schools[0], StrategyVersion.objects.get()
    for place, (day, words) in enumerate(((AUTUMN, ("Good", "Good")), (SUMMER, ("Good", "Outstanding")))):
        sef = SelfEvaluation.objects.create(
            school=school, period=numbered.terms[2 * place], strategy_version=version, layout="report_card_2025",
            state="agreed", due_on=day, submitted_at=moment(day), agreed_at=moment(SUMMER),
        )  # fmt: skip
        areas = [{"judged": True, "step": 3 - len(word) // 9, "word": word, "key": word} for word in words]
        areas += [{"judged": False, "step": 0, "word": "", "key": "context"}]
        for number in (1, 2):
            SefEdition.objects.create(
                part_of=sef, number=number, at=moment(day), by=numbered.head, content={"areas": areas}
            )
    sent, judged, *_ = measure(report_of(numbered), "self_evaluations")
    assert rows(sent) == {"Sent by schools": ["1", "0", "1", "2"], "Agreed with the trust": ["0", "0", "2", "2"]}
    assert rows(judged) == {"Outstanding": ["0", "0", "0", "1"], "Good": ["0", "2", "2", "1"]}


def test_what_it_was_worth_says_what_came_beside_what_was_owed_and_what_it_cost(numbered: World) -> None:
    school, version = numbered.schools[0], StrategyVersion.objects.get()
    booked = {
        "school": school, "strategy_version": version, "entitlement": "benchmarking", "unit": "session",
        "booked_by": numbered.chief, "booked_at": moment(AUTUMN), "what": "Benchmarking", "provider": "external",
        "provider_words": "Hub",
    }  # fmt: skip
    given = {"delivered_by": numbered.chief, "delivered_at": moment(AUTUMN)}
    ended = {"ended_by": numbered.chief, "ended_at": moment(SPRING)}
    SupportBooking.objects.create(**booked, on=AUTUMN, amount=1, state="delivered", cost=Decimal(350), **given)
    SupportBooking.objects.create(
        **booked, on=SPRING, amount=1, state="missed", why="Snow.", missed_by="provider", **ended
    )
    snapshot = report_of(numbered)
    worth = next(one for one in snapshot["parts"] if one["title"] == "What it was worth")
    given = rows(worth["groups"][1]["tables"][0])
    assert given[school.known_as] == ["3 sessions", "1 session", "1 session", "none", "£350"]
    assert given[numbered.schools[1].known_as][1:] == ["none", "none", "none", "none"]
    board = report_of(numbered, kind="board_report")
    support = next(part for part in board["parts"] if part["kind"] == "tables")
    assert support["groups"][1]["tables"][0]["head"][-1] == "Cost, as far as known"


def test_chairs_are_not_told_what_the_support_of_other_schools_cost(world: World) -> None:
    part = next(one for one in report_of(world, term=3, kind="chairs_report")["parts"] if one["kind"] == "tables")
    assert part["groups"][1]["tables"][0]["head"] == ["School", "Owed by now", "Came", "Did not come", "Still booked"]


def test_self_evaluation_beside_moderation_and_outside_judgements_says_which_way(world: World) -> None:
    school = world.schools[0]
    matrix = school.assessments.get(period=world.terms[1])
    rated = {"assessment": matrix, "period": matrix.period, "school": school}
    for kpi, (level, moderated) in zip(
        Kpi.objects.order_by("pk"), ((2, None), (2, 3), (2, 4), (3, 2), (0, 1)), strict=False
    ):
        said = {"moderated_level": moderated, "moderated_reason": "Books." if moderated else ""}
        Rating.objects.create(kpi=kpi, level=level, **rated, **said)
    judged: dict[str, Any] = {"school": school, "framework": "report_card_2025"}
    for area, day, kind, word in (
        ("inclusion", LAST_YEAR, "sef", "Strong standard"), ("inclusion", SPRING, "review", "Expected standard"),
        ("achievement", LAST_YEAR, "sef", "Expected standard"), ("achievement", SUMMER, "review", "Expected standard"),
    ):  # fmt: skip
        Source.objects.create(**judged, area=area, on=day, kind=kind, label="Review", judgement=word)
    moderation, outside = measure(report_of(world), "self_evaluation_accuracy")
    assert rows(moderation) == {
        "Left it as the school had it": ["0", "1", "0", "1"],
        "Found it weaker than the school": ["0", "2", "0", "2"],
        "Found it stronger than the school": ["0", "1", "0", "1"],
    }
    assert rows(outside) == {
        "The same": ["0", "0", "1", "1"],
        "More generous": ["0", "1", "0", "1"],
        "More cautious": ["0", "0", "0", "0"],
    }


def came(world: World, school: School, day: date, **more: Any) -> SupportBooking:
    """A day of support that came beyond the offer."""
    given = {"delivered_by": world.chief, "delivered_at": moment(day), "state": "delivered"}
    return SupportBooking.objects.create(
        school=school, strategy_version=StrategyVersion.objects.get(), unit="day", amount=1, what="Coaching",
        booked_by=world.chief, booked_at=moment(day), on=day, **{**given, **more},
    )  # fmt: skip


def test_schools_that_gave_to_others_are_counted_once_a_term(world: World) -> None:
    giver, other, third = world.schools[:3]
    for taker, day in ((other, AUTUMN), (third, AUTUMN), (other, SUMMER), (other, LAST_YEAR)):
        came(world, taker, day, provider="school", provider_school=giver)
    came(world, third, AUTUMN, provider="external", provider_words="Hub")
    (table,) = measure(report_of(world), "capacity")
    assert rows(table) == {"Schools that gave": ["1", "0", "1", "1"], "How often it came": ["2", "0", "1", "3"]}
    assert giver.known_as in table["note"]


def test_support_from_inside_stands_beside_that_from_outside_and_the_year_before(db: None) -> None:
    trust, version = start_trust("none", "no_categories")
    with trust_scope(trust):
        world = furnish(version, schools=3)
        giver, other, _ = world.schools
        came(world, other, LAST_YEAR, provider="external", provider_words="Hub")
        came(world, other, AUTUMN, provider="school", provider_school=giver)
        came(world, other, SPRING, provider="external", provider_words="Hub")
        (table,) = measure(report_of(world), "inside_support")
    assert rows(table) == {"2024/25": ["none", "1 day", "0%"], "2025/26": ["1 day", "1 day", "50%"]}


def test_what_is_not_counted_is_named_for_the_meeting_to_bring(db: None) -> None:
    trust, version = start_trust("none", "no_categories")
    with trust_scope(trust):
        world = furnish(version, schools=3)
        school, other = world.schools[:2]
        shown = Practice.objects.create(
            school=school, kind="excellence", title="Writing", text="How.", phase="primary", contact="Head",
            offered_at=moment(AUTUMN),
        )  # fmt: skip
        for of, state in ((other, "visited"), (world.schools[2], "asked")):
            PracticeRequest.objects.create(
                practice=shown, school=of, asked_by=world.head, asked_at=moment(SPRING), note="May we?", state=state
            )
        snapshot = report_of(world)
        told = rows(measure(snapshot, "excellence_shared")[0])
    assert told == {
        "Put in the register": ["1", "0", "0", "1"],
        "Asked for by another school": ["0", "2", "0", "2"],
        "Of these, visited by now": ["0", "1", "0", "1"],
    }
    notes = snapshot["parts"][-1]
    assert "Variation inside schools" in notes["unfilled"]
    assert "What we will change" in notes["unfilled"]


def test_gathering_it_takes_the_same_queries_for_two_schools_and_for_twelve(
    db: None, queries: Callable[[Callable[[], Any]], list[str]]
) -> None:
    trust, version = start_trust("numbered", "numbered_categories")
    with trust_scope(trust):
        world = furnish(version, schools=2)
        few = len(queries(lambda: report_of(world)))
        furnish(version, schools=10, start=2, chief=world.chief)
        assert len(queries(lambda: report_of(world))) == few


def test_a_measure_names_only_kinds_that_the_strategy_has() -> None:
    text = (STRATEGIES / "numbered_categories.toml").read_text()
    with pytest.raises(StrategyError) as refusal:
        read_strategy(text.replace('of = ["peer_review"]', 'of = ["isap"]'))
    assert "impact.peer_reviews.of" in str(refusal.value)
