"""The pages of returns: the grid as a plain form and as the script sends it, reading, and the trust's side."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from evidence.models import Figure, PublishedFigure, Return
from evidence.queries.returns_sheet import sheet_of
from evidence.rules.cells import Entry, texts_of
from evidence.rules.grid import Place
from evidence.services.returns import box, open_return, save_cells
from schools.models import AuditEntry, Period
from schools.tenancy import trust_scope
from tests.conftest import TODAY, Cast
from tests.evidence.returns_world import ANALYSIS, agreed, begun, filled, plain_entry, sent, url
from tests.factories import SchoolFactory, member

ATTENDED, POSSIBLE = "attendance_rate~all~~~n", "attendance_rate~all~~~d"
SMALL = Place("persistent_absence_rate", "send")


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def in_alder(cast: Cast, make: Any) -> Any:
    with trust_scope(cast.alder):
        return make(cast)


def whole_form(cast: Cast) -> dict[str, str]:
    """Every box filled in, as a browser sends it."""
    with trust_scope(cast.alder):
        sheet = sheet_of(Return.objects.get(school=cast.dunmere))
        data = {"version": str(sheet.of.version), "analysis": ANALYSIS}
        for table in sheet.tables:
            for place in table.places():
                texts = texts_of(table.measure.kind, plain_entry(table, place))
                data |= {box(place, part): text for part, text in texts.items()}
    return data


def in_the_way(answer: Any) -> str:
    """The notice that says why the return cannot be sent."""
    return answer.content.decode().split("Before this can be sent")[1].split("</ul>")[0]


# ------------------------------------------------------------------------------------------ the school


def test_a_head_begins_fills_in_without_scripts_and_sends(cast: Cast) -> None:
    ben = cast.client(cast.ben)
    assert "Begin this return" in ben.get(url(cast, "return_page")).content.decode()
    assert ben.post(url(cast, "return_begin")).url == url(cast, "return_page")
    page = ben.get(url(cast, "return_page")).content.decode()
    assert "Sessions attended, out of possible sessions" in page
    answer = ben.post(url(cast, "return_page"), whole_form(cast) | {"then": "next"})
    assert answer.url == url(cast, "return_page") + "?send=1", "nobody has looked at what was filled in"
    assert "Pupils on roll" in (waits := in_the_way(ben.get(answer.url)))
    assert "One figure was filled in for you" in waits or "one figure was filled in for you" in waits
    assert ben.post(url(cast, "return_page"), {"seen": "*"}).url == url(cast, "return_page") + "?send=1"
    answer = ben.post(url(cast, "return_page"), {"then": "next"})
    assert answer.url == url(cast, "returns")
    with trust_scope(cast.alder):
        assert Return.objects.get().state == "submitted"
    assert "Sent" in ben.get(url(cast, "returns")).content.decode()


def test_what_is_in_the_way_is_listed_with_links_and_everything_typed_is_there(cast: Cast) -> None:
    in_alder(cast, begun)
    ben = cast.client(cast.ben)
    form = whole_form(cast) | {"then": "next", ATTENDED: "31", POSSIBLE: "30", "analysis": ""}
    answer = ben.post(url(cast, "return_page"), form, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == url(cast, "return_page") + "?send=1"
    assert f'href="#id_{ATTENDED}"' in page
    assert "31 out of 30 cannot be" in page
    assert 'href="#id_analysis"' in page
    with trust_scope(cast.alder):
        assert Figure.objects.get(measure="attendance_rate", group="all").numerator == 31, "it is saved as a draft"


def test_what_cannot_be_read_is_kept_and_said_beside_its_box(cast: Cast) -> None:
    in_alder(cast, begun)
    ben = cast.client(cast.ben)
    data = {"version": "1", ATTENDED: "lots", POSSIBLE: "300"}
    told = ben.post(url(cast, "return_autosave"), data).json()
    cell = told["cells"]["attendance_rate~all~~"]
    assert told["version"] == 2
    assert cell["bad"] == [ATTENDED]
    assert "“lots” is no number" in cell["checks"][0]["text"]
    page = ben.get(url(cast, "return_page")).content.decode()
    assert 'value="lots"' in page
    assert f'<a href="#id_{ATTENDED}">1 to be mended</a>' in page


def test_the_script_is_told_every_figure_in_words_and_how_far_it_is(cast: Cast) -> None:
    in_alder(cast, begun)
    told = cast.client(cast.ben).post(url(cast, "return_autosave"), whole_form(cast)).json()
    assert told["cells"]["attendance_rate~all~~"]["shown"] == "50.0%"
    assert told["cells"]["roll~all~~"]["shown"] == "200 pupils"
    waits = {"text": "1 filled in for you to look at", "url": "#id_roll~all~~~v"}
    assert told["progress"] == {"asked": 34, "ready": 33, "reasons": "", "left": [waits], "unseen": 1}
    assert told["cells"]["roll~all~~"]["source"] == "From the register of schools. Look at it: is it right?"
    typed = {"version": str(told["version"]), "roll~all~~~v": "199"}
    told = cast.client(cast.ben).post(url(cast, "return_autosave"), typed).json()
    assert told["progress"] == {"asked": 34, "ready": 34, "reasons": "", "left": [], "unseen": 0}
    assert (told["cells"]["roll~all~~"]["source"], told["cells"]["roll~all~~"]["unseen"]) == ("", False)


def test_the_counts_of_a_return_are_of_different_figures_and_add_up(cast: Cast) -> None:
    in_alder(cast, begun)
    data = {
        "version": "1",
        ATTENDED: "31",
        POSSIBLE: "30",
        "roll~all~~~v": "n/a",
        "severe_absence_rate~all~~~n": "lots",
    }
    progress = cast.client(cast.ben).post(url(cast, "return_autosave"), data).json()["progress"]
    texts = [one["text"] for one in progress["left"]]
    assert (progress["ready"], progress["reasons"]) == (1, " (one with a reason in place of a number)")
    assert texts[:2] == ["2 to be mended", "31 still to give"]
    assert progress["ready"] + sum(int(text.split()[0]) for text in texts if text[0].isdigit()) == progress["asked"]


def test_the_second_writer_is_told_and_keeps_what_he_typed(cast: Cast) -> None:
    with trust_scope(cast.alder):
        of_return = begun(cast)
        lea = member("Lea Leader", "leader", cast.dunmere)
        save_cells(of_return, {Place("attendance_rate"): Entry(290, 300)}, by=lea, version=1)
    ben = cast.client(cast.ben)
    data = {"version": "1", ATTENDED: "280", POSSIBLE: "300"}
    answer = ben.post(url(cast, "return_autosave"), data)
    (clash,) = answer.json()["conflicts"]
    assert (answer.status_code, clash["field"]) == (409, ATTENDED)
    assert (clash["by"], clash["theirs"], clash["mine"]) == ("Lea Leader", "290", "280")
    answer = ben.post(url(cast, "return_page"), data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="280"' in page
    assert "Lea Leader changed" in page
    theirs = {**data, "version": "2", "keep-attendance_rate~all~~": "theirs"}
    ben.post(url(cast, "return_page"), theirs)
    with trust_scope(cast.alder):
        assert Figure.objects.get(measure="attendance_rate", group="all").numerator == 290
    ben.post(url(cast, "return_page"), {**data, "version": "2"})
    with trust_scope(cast.alder):
        assert Figure.objects.get(measure="attendance_rate", group="all").numerator == 280


@pytest.mark.parametrize("published_first", [False, True])
def test_a_published_figure_is_offered_and_never_put_in_silently(
    cast: Cast, time_machine: Any, published_first: bool
) -> None:
    time_machine.move_to("2027-07-10T10:00Z")

    def publish() -> None:
        PublishedFigure.objects.create(
            place="school", code=cast.dunmere.urn, source="KS2", as_at=TODAY, span="year", measure="ks2_rwm_expected",
            year=2026, numerator=22, denominator=30,
        )  # fmt: skip

    with trust_scope(cast.alder):
        if published_first:
            publish()
        summer = Period.objects.get(year=2026, season="summer", half=0)
        open_return(cast.dunmere, summer, "summer_return", today=TODAY.replace(year=2027, month=7, day=10))
        if not published_first:
            publish()
    ben = cast.client(cast.ben)
    address = reverse(
        "return_page",
        kwargs={"trust": "alder", "school_id": cast.dunmere.pk, "period_id": summer.pk, "point": "summer_return"},
    )
    key = "ks2_rwm_expected~all~~"
    page = ben.get(address).content.decode()
    assert "published: 73% (2026/27)" in page
    assert ("From the published figures of 2026/27. Look at it: is it right?" in page) == published_first
    with trust_scope(cast.alder):
        assert Figure.objects.filter(measure="ks2_rwm_expected", author=None).exists() == published_first
        assert not Figure.objects.filter(measure="ks2_rwm_expected").exclude(author=None).exists()
    if published_first:
        ben.post(address, {"version": "1", "seen": "ks2_rwm_expected"})
    else:
        assert ben.post(address, {"version": "1", "use": key}).url == f"{address}#cell_{key}"
    with trust_scope(cast.alder):
        figure = Figure.objects.get(measure="ks2_rwm_expected")
        assert (figure.numerator, figure.denominator, figure.author) == (22, 30, cast.ben)


def test_one_press_says_why_what_is_blank_is_blank(cast: Cast) -> None:
    in_alder(cast, begun)
    ben = cast.client(cast.ben)
    ben.post(url(cast, "return_page"), {"version": "1", "blank": "attendance_rate~not_available", ATTENDED: "5/9"})
    with trust_scope(cast.alder):
        found = dict(Figure.objects.filter(measure="attendance_rate").values_list("group", "status"))
    assert found == {"all": "number", "disadvantaged": "not_available", "send": "not_available"}


def test_a_leader_fills_in_and_the_head_sends(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
        lea = member("Lea Leader", "leader", cast.dunmere)
    client = cast.client(lea)
    assert "Send to the trust" not in client.get(url(cast, "return_page")).content.decode()
    assert client.post(url(cast, "return_page"), whole_form(cast) | {"then": "next"}).status_code == 403
    with trust_scope(cast.alder):
        assert Return.objects.get().state == "draft"


def test_what_is_typed_into_a_sent_return_can_be_copied(cast: Cast) -> None:
    in_alder(cast, sent)
    answer = cast.client(cast.ben).post(url(cast, "return_page"), {"version": "2", ATTENDED: "1234", POSSIBLE: "5678"})
    assert answer.status_code == 422
    assert "1234" in answer.content.decode()


# ------------------------------------------------------------------------------------------ who sees what


def test_a_draft_is_the_schools_alone(cast: Cast) -> None:
    in_alder(cast, begun)
    for person, status in ((cast.ben, 200), (cast.ada, 404), (cast.tom, 404), (cast.gita, 404), (cast.cleo, 404)):
        assert cast.client(person).get(url(cast, "return_page")).status_code == status, person
    assert cast.client(cast.olive).get(url(cast, "return_page")).status_code == 403


def test_a_sent_one_is_read_by_those_who_agree_it(cast: Cast) -> None:
    in_alder(cast, sent)
    with trust_scope(cast.alder):
        operations = member("Oli Operations", "operations")
    for person, status in ((cast.ada, 200), (cast.ruth, 200), (operations, 404), (cast.tom, 404), (cast.gita, 404)):
        assert cast.client(person).get(url(cast, "return_page")).status_code == status, person


def test_small_numbers_of_an_agreed_one_are_hidden_from_governors_and_trustees(cast: Cast) -> None:
    with trust_scope(cast.alder):
        of_return = filled(begun(cast), by=cast.ben)
        save_cells(of_return, {SMALL: Entry(2, 10, note="Two who moved away.")}, by=cast.ben)
        from evidence.services.returns import agree_return, submit_return

        submit_return(of_return, by=cast.ben)
        agree_return(of_return, by=cast.ada)
    for person in (cast.ben, cast.ada):
        page = cast.client(person).get(url(cast, "return_page")).content.decode()
        assert "20.0%" in page
        assert "hidden: small number" not in page
    for person in (cast.tom, cast.gita):
        page = cast.client(person).get(url(cast, "return_page")).content.decode()
        assert "hidden: small number" in page
        assert "20.0%" not in page
        assert "2 of 10" not in page
        assert "Two who moved away" not in page
        assert ANALYSIS not in page
        assert cast.client(person).get(url(cast, "return_template")).status_code == 403


def test_ben_sees_only_his_school(cast: Cast) -> None:
    with trust_scope(cast.alder):
        agreed(cast, cast.ashmere, by=cast.ruth)
    ben = cast.client(cast.ben)
    assert ben.get(url(cast, "return_page", cast.ashmere)).status_code == 404
    assert ben.get(url(cast, "returns", cast.ashmere)).status_code == 404
    assert ben.post(url(cast, "return_begin", cast.ashmere)).status_code == 404
    assert ben.get(reverse("returns_board", kwargs={"trust": "alder"})).status_code == 403


# ------------------------------------------------------------------------------------------ the trust


def board(cast: Cast, **query: str) -> Any:
    return cast.client(cast.ada).get(reverse("returns_board", kwargs={"trust": "alder"}), query)


def test_a_lead_sees_who_has_sent_what_and_asks_for_the_rest(cast: Cast, time_machine: Any) -> None:
    in_alder(cast, sent)
    time_machine.move_to("2026-12-22T10:00Z")
    page = board(cast).content.decode()
    assert "Overdue by 4 days" in page
    assert "Ask every school that is late" in page
    ada = cast.client(cast.ada)
    chase = reverse("returns_chase", kwargs={"trust": "alder"})
    assert ada.post(chase, {"all": "1", "period": cast.autumn.pk}).status_code == 302
    assert "asked Tue 22 Dec" in board(cast).content.decode()
    with trust_scope(cast.alder):
        assert AuditEntry.objects.filter(did="return.chased").count() == 1
    one = {"school": cast.dunmere.pk, "during": cast.autumn.pk, "point": "autumn_return", "period": cast.autumn.pk}
    assert "Nothing is left to ask for" in ada.post(chase, one, follow=True).content.decode()
    assert board(cast, state="submitted").content.decode().count('<th scope="row">') == 1


def test_the_board_counts_in_a_sentence_and_is_part_of_evidence(cast: Cast) -> None:
    in_alder(cast, sent)
    page = board(cast).content.decode()
    assert "<strong>1 waits for you</strong>, 1 with the schools, 0 agreed." in page
    current = re.findall(r'<a[^>]*href="([^"]*)"[^>]*aria-current="page"', page)
    assert reverse("evidence", kwargs={"trust": "alder"}) in current


def test_what_is_about_staff_names_no_pupils(cast: Cast) -> None:
    in_alder(cast, begun)
    ben = cast.client(cast.ben)
    page = ben.get(url(cast, "return_page")).content.decode()
    table = page.split('id="m-staff_absence_rate"')[1].split("</section>")[0]
    assert "working days lost to sickness" in table
    assert "pupils" not in table.lower()
    ben.post(url(cast, "return_page"), {"version": "1", "staff_absence_rate~all~~~n": "lots"})
    assert ">Staff absence</a>: “lots” is no number" in ben.get(url(cast, "return_page") + "?send=1").content.decode()


@pytest.mark.parametrize("page", ["returns_board", "returns"])
def test_pages_take_the_same_queries_for_one_school_and_for_thirty(cast: Cast, queries: Any, page: str) -> None:
    in_alder(cast, sent)
    ada = cast.client(cast.ada)
    address = url(cast, page) if page == "returns" else reverse(page, kwargs={"trust": "alder"})
    few = queries(lambda: ada.get(address))
    with trust_scope(cast.alder):
        for _ in range(29):
            school = SchoolFactory()
            begun(cast, school)
    assert len(queries(lambda: ada.get(address))) == len(few)


def test_the_grid_takes_the_same_queries_when_it_is_full(cast: Cast, queries: Any) -> None:
    in_alder(cast, begun)
    ben = cast.client(cast.ben)
    ben.post(url(cast, "return_page"), {"version": "1", ATTENDED: "1", POSSIBLE: "2"})
    few = queries(lambda: ben.get(url(cast, "return_page")))
    ben.post(url(cast, "return_page"), whole_form(cast))
    assert len(queries(lambda: ben.get(url(cast, "return_page")))) == len(few)


def test_a_lead_queries_a_figure_and_the_head_reads_it_beside_its_box(cast: Cast) -> None:
    in_alder(cast, sent)
    ada = cast.client(cast.ada)
    page = ada.get(url(cast, "return_page")).content.decode()
    assert "Agree this return" in page
    assert ANALYSIS in page
    assert ada.post(url(cast, "return_back"), {"note": ""}).status_code == 422
    ada.post(url(cast, "return_back"), {"note": "Thank you.", "query-attendance_rate~all~~": "The whole term?"})
    page = cast.client(cast.ben).get(url(cast, "return_page")).content.decode()
    assert "Thank you." in page
    assert "Asked: The whole term?" in page


@pytest.mark.parametrize("box_name", ["note", "query-attendance_rate~all~~"])
def test_a_return_is_not_agreed_while_a_question_is_typed(cast: Cast, box_name: str) -> None:
    in_alder(cast, sent)
    ada = cast.client(cast.ada)
    answer = ada.post(url(cast, "return_agree"), {box_name: "Is this the <whole> term?"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "You have typed a question: send it, or clear it, before you agree." in page
    assert "The return is not agreed yet" in page
    assert "Is this the &lt;whole&gt; term?" in page, "what was typed is still there"
    with trust_scope(cast.alder):
        assert Return.objects.get().state == "submitted"
    ada.post(url(cast, "return_agree"), {box_name: " "})
    with trust_scope(cast.alder):
        assert Return.objects.get().state == "agreed"


def test_trustees_and_governors_read_and_are_asked_for_nothing(cast: Cast) -> None:
    in_alder(cast, agreed)
    for person in (cast.tom, cast.gita):
        page = cast.client(person).get(url(cast, "returns")).content.decode()
        assert "to read once they are agreed" in page
        for words in ("Due from you", "What is typed", "fill in", "asks for"):
            assert words not in page.split("<main")[1], words


def test_a_lead_agrees(cast: Cast) -> None:
    in_alder(cast, sent)
    ada = cast.client(cast.ada)
    stale = ada.post(url(cast, "return_agree"), {"version": "1"}, follow=True)
    assert "has changed" in stale.content.decode()
    with trust_scope(cast.alder):
        version = Return.objects.get().version
    ada.post(url(cast, "return_agree"), {"version": version})
    with trust_scope(cast.alder):
        assert Return.objects.get().state == "agreed"
        assert Figure.objects.filter(value=Decimal(200)).exists()
