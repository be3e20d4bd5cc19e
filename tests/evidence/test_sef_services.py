"""Writing, sending, returning and agreeing a self-evaluation; who hears of it; what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from evidence.models import SefEdition, SefSection, SelfEvaluation, Source
from evidence.queries.sef import entries_in, entries_now, layout_for, of_sefs, sef_due_of
from evidence.queries.sef_reading import shown_in
from evidence.rules.sef_entry import EvidenceLine, SectionEntry
from evidence.services.sef import agree_sef, remind_school, return_sef, submit_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from schools.access import access_of
from schools.models import AuditEntry, Notice, Period, School, StrategyVersion
from schools.services.strategies import publish_strategy
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, TODAY, Cast
from tests.evidence.sef_world import LINE, agreed, fill, sent, words, written
from tests.factories import SchoolFactory, member

MORNING = "2026-11-23T08:00:00+00:00"


@pytest.fixture(autouse=True)
def _on_a_friday_night(time_machine: Any, request: pytest.FixtureRequest) -> None:
    time_machine.move_to("2026-11-20T22:30Z")
    if "live_cast" not in request.fixturenames:
        request.getfixturevalue("open_alder")


def spring(time_machine: Any) -> Period:
    time_machine.move_to("2027-01-20T10:00Z")
    return Period.objects.get(year=2026, season="spring", half=0)


# ----------------------------------------------------------------------------------------------------------- begin


def test_it_begins_with_a_section_for_each_area_and_a_day_it_is_due(cast: Cast) -> None:
    sef = open_sef(cast.dunmere, cast.autumn)
    assert open_sef(cast.dunmere, cast.autumn) == sef
    assert (sef.state, sef.layout, sef.due_on) == ("draft", "report_card_2025", date(2026, 12, 4))
    assert sef.sections.count() == len(layout_for(sef).areas) == 8
    assert not sef.sections.exclude(carried=False).exists()


def test_the_next_term_begins_from_its_words_marked_until_touched(cast: Cast, time_machine: Any) -> None:
    agreed(cast, strengths="Autumn words.")
    sef = open_sef(cast.dunmere, spring(time_machine))
    assert set(entries_now(sef)) == {area.key for area in layout_for(sef).areas}
    assert all(row.carried and row.strengths == "Autumn words." for row in sef.sections.all())
    kept = sef.sections.get(area="inclusion")
    same = entries_now(sef)["inclusion"]
    save_section(sef, "inclusion", same, by=cast.ben)
    kept.refresh_from_db()
    assert kept.carried, "sent as it was is not touched"
    save_section(sef, "inclusion", same, by=cast.ben, checked=True)
    save_section(sef, "achievement", replace(same, strengths="Spring words."), by=cast.ben)
    assert set(sef.sections.filter(carried=False).values_list("area", flat=True)) == {"inclusion", "achievement"}
    assert SelfEvaluation.objects.get(period=cast.autumn).sections.get(area="achievement").strengths == "Autumn words."


@pytest.mark.parametrize(
    ("season", "year", "half", "said"),
    [
        ("spring", 2026, 0, "begins on"),
        ("autumn", 2026, 1, "once a term"),
        ("spring", 2025, 0, "is over"),
    ],
)
def test_what_cannot_be_begun_says_why(cast: Cast, season: str, year: int, half: int, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        open_sef(cast.dunmere, Period.objects.get(year=year, season=season, half=half))


def test_the_term_before_may_be_begun_late_but_not_by_a_school_that_came_since(cast: Cast) -> None:
    summer = Period.objects.get(year=2025, season="summer", half=0)
    assert open_sef(cast.dunmere, summer).state == "draft"
    new = SchoolFactory(name="New Primary", joined_on=date(2026, 9, 1))
    with pytest.raises(ValidationError, match="was not in the trust"):
        open_sef(new, summer)


def test_a_strategy_that_asks_in_one_term_only(cast: Cast) -> None:
    text = cast.version.text.replace("[self_evaluation]", '[self_evaluation]\nterms = ["spring"]', 1)
    publish_strategy(text.replace("version = 1", "version = 2", 1), by=None, starts_on=date(2026, 8, 1))
    with pytest.raises(ValidationError, match="no self-evaluation in the autumn term"):
        open_sef(cast.dunmere, cast.autumn)
    assert sef_due_of([cast.dunmere], cast.autumn, TODAY) == []


def test_another_layout_from_a_term_on_leaves_what_was_written(cast: Cast, time_machine: Any) -> None:
    old = agreed(cast)
    text = cast.version.text
    part = text[text.index("[self_evaluation]") : text.index("[[returns]]")]
    own = (
        '[self_evaluation]\nlabel = "School Summary"\nlayout = "own"\nscale = "support"\n\n[[self_evaluation.areas]]\n'
    )
    scale = cast.version.strategy.scales[0].key
    own = own.replace('"support"', f'"{scale}"') + 'key = "achievement"\nlabel = "Outcomes"\n\n'
    publish_strategy(
        text.replace(part, own).replace("version = 1", "version = 2", 1), by=None, starts_on=date(2027, 1, 1)
    )
    new = open_sef(cast.dunmere, spring(time_machine))
    assert [area.label for area in layout_for(new).areas] == ["Outcomes"]
    assert new.sections.get().strengths == "Pupils read widely."
    assert new.sections.get().judgement == "", "a grade of the report card is no level of the scale"
    assert len(layout_for(SelfEvaluation.objects.get(pk=old.pk)).areas) == 8


# ----------------------------------------------------------------------------------------------------------- write


def test_a_draft_is_kept_and_is_no_act(cast: Cast) -> None:
    sef = open_sef(cast.dunmere, cast.autumn)
    saved = save_section(sef, "inclusion", words(), by=cast.ben, version=1)
    assert (saved.version, saved.conflict) == (2, None)
    assert entries_now(sef)["inclusion"] == words()
    assert not AuditEntry.objects.filter(did__startswith="sef").exists()
    assert save_section(sef, "inclusion", words(), by=cast.ben, version=1).version == 2, "a retry changes nothing"


def test_the_second_writer_is_told_and_both_texts_are_there(cast: Cast) -> None:
    sef = open_sef(cast.dunmere, cast.autumn)
    save_section(sef, "inclusion", words("Theirs."), by=cast.ada, version=1)
    saved = save_section(sef, "inclusion", words("Mine."), by=cast.ben, version=1)
    assert saved.conflict is not None
    assert (saved.conflict.theirs.strengths, saved.conflict.theirs.author) == ("Theirs.", cast.ada)
    assert saved.conflict.mine.strengths == "Mine."
    assert entries_now(sef)["inclusion"].strengths == "Theirs."
    other = save_section(sef, "achievement", words("Mine."), by=cast.ben, version=1)
    assert other.conflict is None, "another section is nobody's business"
    assert save_section(sef, "inclusion", words("Mine."), by=cast.ben, version=saved.version).conflict is None


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (SectionEntry("Excellent"), "Choose one of the judgements"),
        (SectionEntry(strengths="a" * 8001), "at most 8,000 characters"),
        (SectionEntry(evidence=(EvidenceLine("a" * 201),)), "at most 200 characters"),
        (SectionEntry(evidence=(EvidenceLine("a", date(2026, 11, 21)),)), "in the future"),
        (SectionEntry(evidence=tuple(EvidenceLine(str(n)) for n in range(13))), "at most 12 pieces"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(cast: Cast, entry: SectionEntry, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        save_section(open_sef(cast.dunmere, cast.autumn), "inclusion", entry, by=cast.ben)


def test_there_is_no_such_section(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="no such section"):
        save_section(open_sef(cast.dunmere, cast.autumn), "post_16", words(), by=cast.ben)


def test_lines_of_evidence_keep_their_places_while_they_are_written(cast: Cast) -> None:
    """What a device has kept of the second line must find it in the second line again."""
    sef, blank = open_sef(cast.dunmere, cast.autumn), EvidenceLine("")
    save_section(sef, "inclusion", SectionEntry(evidence=(blank, LINE, blank)), by=cast.ben)
    kept = entries_now(sef)["inclusion"]
    assert kept.evidence == (blank, LINE)
    assert kept.whole.evidence == (LINE,)
    fill(sef, by=cast.ben)
    save_section(sef, "inclusion", replace(words(), evidence=(blank, LINE)), by=cast.ben)
    assert entries_in(submit_sef(sef, by=cast.ben))["inclusion"].evidence == (LINE,)


@pytest.mark.django_db(transaction=True)
def test_many_saves_of_one_version_leave_one_and_tell_the_rest(live_cast: Cast) -> None:
    cast, writers = live_cast, 12
    with trust_scope(cast.alder):
        sef = open_sef(cast.dunmere, cast.autumn)
    gate, told = Barrier(writers), []

    def write(place: int) -> None:
        gate.wait()
        try:
            with trust_scope(cast.alder):
                saved = save_section(sef, "inclusion", words(f"Text {place}."), by=cast.ben, version=1)
            told.append((place, saved.conflict.theirs.strengths if saved.conflict else None))
        finally:
            connection.close()

    threads = [Thread(target=write, args=(place,)) for place in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [place for place, theirs in told if theirs is None]
    assert len(told) == writers
    assert len(won) == 1
    assert {theirs for _, theirs in told if theirs} == {f"Text {won[0]}."}
    with trust_scope(cast.alder):
        assert SefSection.objects.get(area="inclusion").strengths == f"Text {won[0]}."
        assert SelfEvaluation.objects.get().version == 2


# ------------------------------------------------------------------------------------------------------------ send


def test_what_is_missing_is_said_once_a_section(cast: Cast) -> None:
    sef = open_sef(cast.dunmere, cast.autumn)
    save_section(sef, "inclusion", words(), by=cast.ben)
    save_section(sef, "early_years", SectionEntry("na"), by=cast.ben)
    save_section(sef, "achievement", replace(words(), judgement="", evidence=()), by=cast.ben)
    with pytest.raises(ValidationError) as refused:
        submit_sef(sef, by=cast.ben)
    said = refused.value.message_dict
    assert "inclusion" not in said
    assert "early_years" not in said
    assert said["achievement"] == ["Achievement: no judgement and no evidence yet."]
    assert len(said) == 6
    assert not SefEdition.objects.exists()


def test_every_time_it_is_sent_is_a_numbered_edition(cast: Cast) -> None:
    sef = sent(cast)
    with pytest.raises(ValidationError, match="submitted now"):
        save_section(sef, "inclusion", words(), by=cast.ben)
    return_sef(sef, by=cast.ada, note="What changed?")
    fill(SelfEvaluation.objects.get(), by=cast.ben, strengths="It is better.")
    submit_sef(SelfEvaluation.objects.get(), by=cast.ben)
    first, second = SefEdition.objects.all()
    assert (first.number, second.number) == (1, 2)
    assert entries_in(first)["inclusion"].strengths == "Pupils read widely."
    assert entries_in(second)["inclusion"].strengths == "It is better."
    shown = shown_in(second)
    assert [one.key for one in shown] == [area.key for area in layout_for(sef).areas], "in the order of the layout"
    assert shown[0].word == "Expected standard"
    assert second.content["layout"] == "Report card"
    dids = list(AuditEntry.objects.filter(did__startswith="sef").order_by("pk").values_list("did", flat=True))
    assert dids == ["sef.submitted", "sef.returned", "sef.submitted"]


def test_what_was_agreed_is_locked_and_its_judgements_are_sources(cast: Cast) -> None:
    sef = written(cast)
    save_section(sef, "early_years", SectionEntry("na"), by=cast.ben)
    submit_sef(sef, by=cast.ben)
    agree_sef(sef, by=cast.ada)
    with pytest.raises(ValidationError, match="agreed now"):
        save_section(sef, "inclusion", words("New."), by=cast.ben)
    with pytest.raises(ValidationError, match="agreed now"):
        agree_sef(sef, by=cast.ada)
    sources = {row.area: row for row in Source.objects.all()}
    assert len(sources) == 7
    assert "early_years" not in sources
    one = sources["inclusion"]
    assert (one.kind, one.framework, one.judgement) == ("sef", "report_card_2025", "Expected standard")
    assert (one.on, one.author, one.route, one.original_id) == (TODAY, cast.ben, "sef_record", sef.pk)
    assert sources["safeguarding"].judgement == "Met"


def test_nobody_agrees_what_they_sent_or_what_their_school_sent(cast: Cast) -> None:
    sef = sent(cast)
    cast.ada.grants.create(role="leader", school=cast.dunmere)
    for act in (agree_sef, lambda sef, by: return_sef(sef, by=by, note="Why?")):
        with pytest.raises(PermissionDenied):
            act(sef, by=cast.ada)
    with pytest.raises(ValidationError, match="Say what"):
        return_sef(sef, by=cast.ruth, note=" ")


def test_what_was_sent_again_is_read_again_first(cast: Cast) -> None:
    sef = sent(cast)
    seen = sef.version
    return_sef(sef, by=cast.ada, note="What changed?")
    submit_sef(SelfEvaluation.objects.get(), by=cast.ben)
    with pytest.raises(ValidationError, match="sent it again"):
        agree_sef(sef, by=cast.ruth, version=seen)


# ------------------------------------------------------------------------------------------------------------ news


def heard() -> dict[str, Notice]:
    found = {notice.to.user.name: notice for notice in Notice.objects.select_related("to__user")}
    Notice.objects.all().delete()
    return found


def test_who_hears_and_when(cast: Cast) -> None:
    member("Lia Leader", "leader", cast.dunmere)
    member("Other Head", "head", cast.ashmere)
    sef = sent(cast)
    told = heard()
    assert set(told) == {"Ada Whitlock"}
    notice = told["Ada Whitlock"]
    assert notice.subject == "Dunmere Primary: self-evaluation sent to you"
    assert notice.path == f"/t/alder/schools/{cast.dunmere.pk}/self-evaluation/{cast.autumn.pk}/"
    assert notice.not_before.isoformat() == MORNING
    return_sef(sef, by=cast.ada, note="What changed in Year 4?")
    told = heard()
    assert set(told) == {"Ben Osei"}
    assert "What changed in Year 4?" in told["Ben Osei"].body
    submit_sef(SelfEvaluation.objects.get(), by=cast.ben)
    assert "sent the self-evaluation for autumn term 2026/27 again" in heard()["Ada Whitlock"].body
    agree_sef(sef, by=cast.ada)
    assert set(heard()) == {"Ben Osei"}


def test_where_no_lead_is_free_the_stand_in_hears(cast: Cast) -> None:
    cast.ada.grants.create(role="head", school=cast.dunmere)
    submit_sef(written(cast), by=cast.ada)
    assert set(heard()) == {"Ruth Ellison"}


def test_a_school_is_reminded_once_a_day(cast: Cast, time_machine: Any) -> None:
    told = remind_school(cast.dunmere, cast.autumn, by=cast.ada, today=TODAY)
    assert told == [cast.ben]
    notice = heard()["Ben Osei"]
    assert notice.subject == "Dunmere Primary: self-evaluation not sent yet"
    assert notice.body.startswith(
        "Ada Whitlock asks for the self-evaluation for autumn term 2026/27 of Dunmere Primary."
    )
    assert notice.body.endswith("It is due on 4 December 2026.")
    with pytest.raises(ValidationError, match="Ada Whitlock has reminded Dunmere Primary today"):
        remind_school(cast.dunmere, cast.autumn, by=cast.ruth, today=TODAY)
    with pytest.raises(ValidationError, match="no headteacher"):
        remind_school(cast.ashmere, cast.autumn, by=cast.ada, today=TODAY)
    time_machine.move_to("2026-12-07T09:00Z")
    remind_school(cast.dunmere, cast.autumn, by=cast.ada, today=date(2026, 12, 7))
    assert "was due on 4 December 2026" in heard()["Ben Osei"].body


def test_what_was_sent_is_not_asked_for_again(cast: Cast) -> None:
    sent(cast)
    with pytest.raises(ValidationError, match="nothing to send"):
        remind_school(cast.dunmere, cast.autumn, by=cast.ada, today=TODAY)


# ------------------------------------------------------------------------------------------------------- due, seen


def test_what_is_due_says_how_far_each_school_is(cast: Cast) -> None:
    before = {one.school_id: one for one in sef_due_of(School.objects.all(), cast.autumn, TODAY)}
    assert {one.state for one in before.values()} == {""}
    assert before[cast.dunmere.pk].of == 8
    sef = open_sef(cast.dunmere, cast.autumn)
    save_section(sef, "inclusion", words(), by=cast.ben)
    now = {one.school_id: one for one in sef_due_of(School.objects.all(), cast.autumn, TODAY)}[cast.dunmere.pk]
    assert (now.state, now.done, now.of, now.due_on, now.is_unsent) == ("draft", 1, 8, date(2026, 12, 4), True)
    assert (now.route, now.school_id, now.period_id, now.label) == (
        "sef", cast.dunmere.pk, cast.autumn.pk, "self-evaluation"
    )  # fmt: skip


def test_what_is_due_is_asked_in_a_fixed_number_of_queries(cast: Cast, queries: Any) -> None:
    sent(cast)
    few = len(queries(lambda: sef_due_of(School.objects.all(), cast.autumn, TODAY)))
    for number in range(29):
        open_sef(SchoolFactory(name=f"School {number}"), cast.autumn)
    assert len(queries(lambda: sef_due_of(School.objects.all(), cast.autumn, TODAY))) == few <= 7


@pytest.mark.parametrize(
    ("who", "draft", "submitted"),
    [("ben", 1, 1), ("gita", 0, 1), ("ada", 0, 1), ("ruth", 0, 1), ("tom", 0, 1), ("olive", 0, 0)],
)
def test_who_sees_it(cast: Cast, who: str, draft: int, submitted: int) -> None:
    access = access_of(getattr(cast, who).user)
    sef = written(cast)
    assert SelfEvaluation.objects.filter(of_sefs(access)).count() == draft
    submit_sef(sef, by=cast.ben)
    assert SelfEvaluation.objects.filter(of_sefs(access)).count() == submitted


def test_a_head_never_sees_another_schools(cast: Cast) -> None:
    agreed(cast, cast.ashmere)
    assert not SelfEvaluation.objects.filter(of_sefs(access_of(cast.ben.user))).exists()


def test_every_strategy_that_ships_can_be_written_to(cast: Cast) -> None:
    for path in sorted(STRATEGIES.glob("*.toml")):
        school = SchoolFactory(name=path.stem)
        version = StrategyVersion.objects.filter(key=path.stem).first() or publish_strategy(
            path.read_text(), by=None, starts_on=date(2024, 9, 1)
        )
        sef = SelfEvaluation.objects.create(
            school=school, period=cast.autumn, strategy_version=version, due_on=TODAY,
            layout=version.strategy.self_evaluation.layout,
        )  # fmt: skip
        submit_sef(fill(sef, by=cast.ben), by=cast.ben)
    assert SefEdition.objects.count() == 5
