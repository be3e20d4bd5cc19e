"""The pages of a self-evaluation with the cast: who writes, who reads, who agrees, and what each is told."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse

from categorisation.services import decide_category
from evidence.models import SefSection, SelfEvaluation
from evidence.services.sef import return_sef
from evidence.services.sef_opening import open_sef
from evidence.services.sef_writing import save_section
from schools.models import Notice, Period
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.sef_world import agreed, sent, words, written
from tests.factories import SchoolFactory, member


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def url(cast: Cast, name: str, **more: Any) -> str:
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk, **more}
    return reverse(name, kwargs=kwargs)


def listed() -> str:
    return reverse("sefs", kwargs={"trust": "alder"})


def section(cast: Cast, area: str = "inclusion") -> str:
    return url(cast, "sef_area", area=area)


def form(version: int = 1, **changes: str) -> dict[str, str]:
    fields = {"judgement": "Expected standard", "strengths": "Pupils read widely.", "development": "Writing at length."}
    line = {"what": "Work of Year 4", "on": "16 October 2026", "source": "Book look"}
    return {
        "version": str(version),
        **fields,
        **{f"evidence-0-{name}": value for name, value in line.items()},
        **changes,
    }


@pytest.fixture
def ben(cast: Cast) -> Client:
    client = cast.client(cast.ben)
    client.post(url(cast, "sef_begin"))
    return client


# ----------------------------------------------------------------------------------------------------------- write


def test_a_head_begins_writes_and_finds_it_again(cast: Cast) -> None:
    ben = cast.client(cast.ben)
    latest = reverse("sef_latest", kwargs={"trust": "alder", "school_id": cast.dunmere.pk})
    assert ben.get(latest).url == url(cast, "sef")
    assert "Begin the self-evaluation" in ben.get(url(cast, "sef")).content.decode()
    assert ben.post(url(cast, "sef_begin")).url == url(cast, "sef")
    assert ben.get(section(cast)).status_code == 200
    answer = ben.post(section(cast), form() | {"then": "next"})
    assert answer.url == section(cast, "curriculum_and_teaching")
    page = ben.get(url(cast, "sef")).content.decode()
    assert "1 of 8 sections are written." in page
    for said in ("Pupils read widely.", "Writing at length.", "Work of Year 4", "16 October 2026", "Book look"):
        assert said in page


def test_marks_are_shown_as_headings_and_lists_and_scripts_as_text(cast: Cast, ben: Client) -> None:
    ben.post(section(cast), form(strengths="# Reading\r\n- **strong**\r\n\r\n<script>alert(1)</script>"))
    page = ben.get(url(cast, "sef")).content.decode()
    assert "<h4>Reading</h4>" in page
    assert "<li><strong>strong</strong></li>" in page
    assert "<script>alert" not in page
    assert "# Reading\n- **strong**\n\n&lt;script&gt;" in ben.get(section(cast)).content.decode()


def test_autosave_answers_with_the_time_the_version_and_who_seems_named(cast: Cast, ben: Client) -> None:
    answer = ben.post(url(cast, "sef_autosave", area="inclusion"), form(strengths="Miss Smith and ben osei lead it."))
    told = answer.json()
    assert (told["saved_at"], told["version"]) == ("10:00", 2)
    assert told["named"].keys() == {"strengths"}
    assert "“Miss Smith” and “ben osei”" in told["named"]["strengths"]
    assert "This seems to name a person: “Miss Smith”" in ben.get(section(cast)).content.decode()


def test_a_bad_day_is_said_beside_the_field_and_nothing_is_lost(cast: Cast, ben: Client) -> None:
    bad = form(**{"evidence-0-on": "last week", "evidence-1-what": "Books"})
    page = ben.post(section(cast), bad)
    assert page.status_code == 200, "a refusal would undo what was stored"
    said = page.content.decode()
    assert "Everything is saved but this" in said
    assert 'value="last week"' in said
    assert "Enter the day like 16 October 2026" in said
    assert 'name="version" value="2"' in said
    with trust_scope(cast.alder):
        row = SefSection.objects.get(area="inclusion")
    assert row.strengths == "Pupils read widely."
    assert [(line["what"], line["on"]) for line in row.evidence] == [("Work of Year 4", ""), ("Books", "")]
    answer = ben.post(url(cast, "sef_autosave", area="inclusion"), bad | {"version": "2"})
    assert (answer.status_code, list(answer.json()["errors"]), answer.json()["version"]) == (200, ["evidence-0-on"], 2)
    late = ben.post(section(cast), form(**{"evidence-0-on": "16 October 2027", "version": 9}))
    assert "cannot be in the future" in late.content.decode()


def test_a_bad_day_leaves_the_day_before_it_and_tells_of_the_other_writer(cast: Cast, ben: Client) -> None:
    ben.post(section(cast), form())
    bad = form(version=2, strengths="New.", **{"evidence-0-on": "last week"})
    version = ben.post(url(cast, "sef_autosave", area="inclusion"), bad).json()["version"]
    with trust_scope(cast.alder):
        row = SefSection.objects.get(area="inclusion")
        assert (row.strengths, row.evidence[0]["on"]) == ("New.", "2026-10-16")
        save_section(row.part_of, "inclusion", words("Ada wrote this."), by=cast.ada)
    answer = ben.post(url(cast, "sef_autosave", area="inclusion"), bad | {"version": version})
    clashes = {one["field"]: (one["theirs"], one["mine"]) for one in answer.json()["conflicts"]}
    assert answer.status_code == 409
    assert clashes["strengths"] == ("Ada wrote this.", "New.")
    assert clashes["evidence-0-on"] == ("16 October 2026", "last week")
    page = ben.post(section(cast), bad | {"version": version})
    assert page.status_code == 409


def test_a_line_of_evidence_taken_out_stays_out(cast: Cast, ben: Client) -> None:
    ben.post(section(cast), form(**{"evidence-1-what": "Books", "evidence-2-what": "Visits"}))
    ben.post(section(cast), form(version=2, **{"evidence-1-what": "", "evidence-2-what": "Visits"}))
    with trust_scope(cast.alder):
        kept = SefSection.objects.get(area="inclusion").evidence
    assert [line["what"] for line in kept] == ["Work of Year 4", "", "Visits"]
    gone = form(version=3, **{f"evidence-{n}-{part}": "" for n in range(3) for part in ("what", "on", "source")})
    ben.post(section(cast), gone)
    with trust_scope(cast.alder):
        assert SefSection.objects.get(area="inclusion").evidence == []


def test_the_second_of_two_people_is_told_and_both_texts_are_shown(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        save_section(SelfEvaluation.objects.get(), "inclusion", words("Ada wrote this."), by=cast.ada)
    answer = ben.post(url(cast, "sef_autosave", area="inclusion"), form())
    assert answer.status_code == 409
    [clash] = answer.json()["conflicts"]
    assert (clash["field"], clash["by"], clash["theirs"], clash["mine"]) == (
        "strengths", "Ada Whitlock", "Ada wrote this.", "Pupils read widely."
    )  # fmt: skip
    page = ben.post(section(cast), form())
    assert page.status_code == 409
    said = page.content.decode()
    assert "Ada Whitlock changed this section at 10:00, while you were writing" in said
    assert "Ada wrote this." in said
    assert 'name="version" value="2"' in said


@pytest.mark.parametrize(
    ("keep", "stored"),
    [
        ("mine", "Pupils read widely."),
        ("theirs", "Ada wrote this."),
        ("both", "Ada wrote this.\n\nPupils read widely."),
    ],
)
def test_without_scripts_each_choice_is_kept(cast: Cast, ben: Client, keep: str, stored: str) -> None:
    with trust_scope(cast.alder):
        save_section(SelfEvaluation.objects.get(), "inclusion", words("Ada wrote this."), by=cast.ada)
    assert ben.post(section(cast), form(version=2, **{"keep-strengths": keep})).status_code == 302
    with trust_scope(cast.alder):
        assert SefSection.objects.get(area="inclusion").strengths == stored


def test_more_than_two_lines_of_evidence_without_scripts(cast: Cast, ben: Client) -> None:
    more = {f"evidence-{n}-what": f"Book {n}" for n in range(12)}
    assert ben.post(section(cast), form(**more)).status_code == 302
    page = ben.get(section(cast)).content.decode()
    assert all(f'value="Book {n}"' in page for n in range(12))


def test_last_terms_words_are_marked_and_one_press_says_they_hold(cast: Cast, time_machine: Any) -> None:
    with trust_scope(cast.alder):
        agreed(cast, strengths="Autumn words.")
        spring = Period.objects.get(year=2026, season="spring", half=0)
    time_machine.move_to("2027-01-20T10:00Z")
    ben = cast.client(cast.ben)
    ben.post(url(cast, "sef_begin", period_id=spring.pk))
    page = ben.get(url(cast, "sef", period_id=spring.pk)).content.decode()
    assert "8 still hold last term’s words" in page
    address = url(cast, "sef_area", period_id=spring.pk, area="inclusion")
    assert "These are last term’s words" in ben.get(address).content.decode()
    answer = ben.post(address, form(strengths="Autumn words.") | {"then": "still"})
    assert answer.url.endswith("curriculum_and_teaching/")
    with trust_scope(cast.alder):
        assert SefSection.objects.filter(carried=True).count() == 7
    ben.post(address, form(version=9, strengths="Spring words."))
    said = ben.get(address).content.decode()
    assert "<del>Autumn</del><ins>Spring</ins> words." in said
    changes = ben.get(url(cast, "sef_changes", period_id=spring.pk)).content.decode()
    assert "One section changed." in changes
    assert "Autumn term 2026/27, as it was last sent" in changes


def test_what_changed_is_shown_without_marks(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        return_sef(sent(cast, strengths="# Reading\n- **Books** are read"), by=cast.ada, note="Why?")
    ben.post(section(cast), form(version=99, strengths="# Reading\n- **Books** are read aloud\n- *Poems*"))
    page = ben.get(url(cast, "sef_changes")).content.decode()
    assert "Reading\n• Books are read<ins> aloud\n• Poems</ins>" in page
    assert "**" not in page


def test_a_page_closed_meanwhile_gives_the_text_back(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        sent(cast)
    page = ben.post(section(cast), form(strengths="Typed too late."))
    assert page.status_code == 422
    assert "Typed too late." in page.content.decode()
    assert "submitted now, so it can no longer be changed" in page.content.decode()
    assert ben.get(section(cast)).url == url(cast, "sef")


# ----------------------------------------------------------------------------------------------------- send, agree


def test_sending_too_early_lists_what_is_missing_with_links(cast: Cast, ben: Client) -> None:
    answer = ben.post(url(cast, "sef_submit"))
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "It was not sent: something is still missing" in said
    assert said.count("nothing written yet") == 8
    assert f'href="{section(cast, "achievement")}">Achievement</a>: nothing written yet' in said
    assert url(cast, "sef_submit") not in said
    ben.post(section(cast, "achievement"), form(judgement="", **{"evidence-0-source": ""}))
    said = ben.get(url(cast, "sef")).content.decode()
    assert "Achievement</a>: no judgement and no source for “Work of Year 4” yet" in said


def test_nothing_missing_stands_above_the_way_to_send(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        written(cast)
    said = ben.get(url(cast, "sef")).content.decode()
    assert said.index("Nothing is missing.") < said.index(f'action="{url(cast, "sef_submit")}"')


def test_from_sending_to_agreed(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        written(cast)
    assert ben.post(url(cast, "sef_submit")).url == url(cast, "sef")
    ada = cast.client(cast.ada)
    assert "1 waits for you." in ada.get(listed()).content.decode()
    page = ada.get(url(cast, "sef")).content.decode()
    assert "Edition 1, sent by Ben Osei on 20 November 2026" in page
    assert ada.post(url(cast, "sef_return"), {"note": "", "version": "11"}).status_code == 422
    assert ada.post(url(cast, "sef_return"), {"note": "What changed?", "version": "10"}).status_code == 302
    assert "What changed?" in ben.get(url(cast, "sef")).content.decode()
    ben.post(section(cast), form(version=11, strengths="It is better."))
    assert "It is better." not in ada.get(url(cast, "sef")).content.decode(), "a draft is the school's own"
    assert ben.post(url(cast, "sef_submit")).status_code == 302
    changes = ada.get(url(cast, "sef_changes")).content.decode()
    assert "One section changed." in changes
    assert "It is better." in changes
    with trust_scope(cast.alder):
        version = SelfEvaluation.objects.get().version
    assert ada.post(url(cast, "sef_agree"), {"version": version}).status_code == 302
    for who in ("ben", "gita", "tom", "ruth"):
        assert (
            "agreed by Ada Whitlock on 20 November 2026"
            in cast.client(getattr(cast, who)).get(url(cast, "sef")).content.decode()
        )
    assert ben.post(section(cast), form(version=99, strengths="New.")).status_code == 422


def test_a_head_does_not_agree_and_a_leader_does_not_send(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        lia = member("Lia Leader", "leader", cast.dunmere)
        sent(cast)
    assert ben.post(url(cast, "sef_agree")).status_code == 403
    assert ben.get(listed()).status_code == 403
    leader = cast.client(lia)
    assert leader.post(url(cast, "sef_submit")).status_code == 403
    assert leader.get(url(cast, "sef")).status_code == 200


@pytest.mark.parametrize(("who", "status"), [("ada", 404), ("gita", 404), ("tom", 404), ("cleo", 404), ("olive", 403)])
def test_a_draft_is_the_schools_own(cast: Cast, ben: Client, who: str, status: int) -> None:
    client = cast.client(getattr(cast, who))
    for name in ("sef", "sef_changes", "sef_file"):
        assert client.get(url(cast, name)).status_code == status


def test_a_head_does_not_reach_another_school(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        other = agreed(cast, cast.ashmere)
    there = {"school_id": cast.ashmere.pk}
    for name in ("sef", "sef_changes", "sef_file"):
        assert ben.get(url(cast, name, **there)).status_code == 404
    for name in ("sef_begin", "sef_submit"):
        assert ben.post(url(cast, name, **there)).status_code == 404
    for name in ("sef_area", "sef_autosave"):
        assert ben.post(url(cast, name, area="inclusion", **there), form()).status_code == 404
    assert ben.get(reverse("sef_latest", kwargs={"trust": "alder", **there})).status_code == 404
    assert ben.get(reverse("sef_record", kwargs={"trust": "alder", "pk": other.pk})).status_code == 404


def test_what_there_is_to_read_is_found_by_its_number_and_by_its_school(cast: Cast) -> None:
    tom = cast.client(cast.tom)
    latest = reverse("sef_latest", kwargs={"trust": "alder", "school_id": cast.dunmere.pk})
    assert "There is none to read yet" in tom.get(latest).content.decode()
    with trust_scope(cast.alder):
        sef = agreed(cast)
    record = reverse("sef_record", kwargs={"trust": "alder", "pk": sef.pk})
    assert tom.get(latest).url == tom.get(record).url == url(cast, "sef")
    assert cast.client(cast.cleo).get(record).status_code == 404


# ------------------------------------------------------------------------------------------------------------- list


def test_the_list_says_who_has_not_sent_and_one_press_reminds(cast: Cast, time_machine: Any) -> None:
    ada = cast.client(cast.ada)
    page = ada.get(listed()).content.decode()
    assert "2 of 2 are not sent yet." in page
    remind = reverse("sef_remind", kwargs={"trust": "alder"})
    answer = ada.post(remind, {"period": cast.autumn.pk, "school": cast.dunmere.pk}, follow=True)
    assert "The head of Dunmere Primary reads the reminder" in answer.content.decode()
    assert "Reminded on 20 November 2026" in answer.content.decode()
    again = ada.post(remind, {"period": cast.autumn.pk, "school": cast.dunmere.pk}, follow=True)
    assert "Ada Whitlock has reminded Dunmere Primary today" in again.content.decode()
    time_machine.move_to("2026-12-07T10:00Z")
    late = (
        cast.client(cast.ada).post(remind, {"period": cast.autumn.pk, "school": "late"}, follow=True).content.decode()
    )
    assert "Ashmere Primary has no headteacher who could be reminded." in late
    with trust_scope(cast.alder):
        assert Notice.objects.filter(subject__endswith="self-evaluation not sent yet").count() == 2


def test_the_list_asks_a_fixed_number_of_queries(cast: Cast, queries: Any) -> None:
    ada = cast.client(cast.ada)
    with trust_scope(cast.alder):
        sent(cast)
    ada.get(listed())
    few = len(queries(lambda: ada.get(listed())))
    with trust_scope(cast.alder):
        for number in range(30):
            open_sef(SchoolFactory(name=f"School {number}"), cast.autumn)
    assert len(queries(lambda: ada.get(listed()))) == few <= 15


def test_writing_and_reading_ask_few_queries(cast: Cast, ben: Client, queries: Any) -> None:
    ben.post(section(cast), form())
    save = queries(lambda: ben.post(url(cast, "sef_autosave", area="inclusion"), form(version=2, strengths="New.")))
    assert len(save) <= 12, "\n".join(save)
    page = queries(lambda: ben.get(section(cast)))
    assert len(page) <= 12, "\n".join(page)
    whole = queries(lambda: ben.get(url(cast, "sef")))
    assert len(whole) <= 18, "\n".join(whole)


def test_the_page_prints_as_a_tagged_pdf(cast: Cast, ben: Client) -> None:
    ben.post(section(cast), form(strengths="# Reading\n- **strong**"))
    answer = ben.get(url(cast, "sef_file"))
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "self-evaluation-dunmere-primary-autumn-26.pdf" in answer.headers["Content-Disposition"]
    with pikepdf.open(BytesIO(answer.content)) as made:
        assert made.Root.MarkInfo.Marked
        parts = [one for one in made.objects if isinstance(one, pikepdf.Dictionary) and "/S" in one and "/P" in one]
        kinds = {str(one.S) for one in parts}
        assert {"/H1", "/H2", "/H3", "/L", "/LI", "/Table", "/TH"} <= kinds


def test_the_category_stands_beside_the_words(cast: Cast, ben: Client) -> None:
    with trust_scope(cast.alder):
        decide_category(
            cast.dunmere, "academic", by=cast.ruth, level="reinforce", period=cast.autumn, reason="Two leaders leave."
        )
        sent(cast)
    assert "Two leaders leave." not in ben.get(url(cast, "sef")).content.decode(), "the school is told in the morning"
    page = cast.client(cast.ruth).get(url(cast, "sef")).content.decode()
    assert "Two leaders leave." in page
    assert "Actions that follow" in page
    with trust_scope(cast.alder):
        return_sef(SelfEvaluation.objects.get(), by=cast.ada, note="Why?")
