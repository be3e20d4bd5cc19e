"""The pages of visits with the cast: who writes, who reads, who replies, who considers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.urls import reverse

from monitoring.models import Visit
from monitoring.services import remove_old_notes, save_visit
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.factories import SchoolFactory, member
from tests.monitoring.visits_world import ANSWERS, begun, considered, final, sent


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def url(name: str, visit: Visit | None = None, **more: Any) -> str:
    return reverse(name, kwargs={"trust": "alder", **({"pk": visit.pk} if visit else {}), **more})


def form(version: int = 1, **changes: Any) -> dict[str, Any]:
    """The filled form, as a browser sends it."""
    return {"version": str(version), **ANSWERS, "date": "18 November 2026", **changes}


@pytest.fixture
def draft(cast: Cast) -> Visit:
    with trust_scope(cast.alder):
        return begun(cast)


def make(cast: Cast, how: Callable[..., Visit], **more: Any) -> Visit:
    with trust_scope(cast.alder):
        return how(cast, **more)


# ----------------------------------------------------------------------------------------------------------- write


def test_a_lead_begins_writes_sends_and_reads_it(cast: Cast) -> None:
    ada = cast.client(cast.ada)
    chosen = {"school": cast.dunmere.pk, "form": "monitoring_form", "planned_for": ""}
    assert ada.get(url("visit_begin")).status_code == 200
    begun_at = ada.post(url("visit_begin"), chosen).url
    with trust_scope(cast.alder):
        visit = Visit.objects.get()
    assert begun_at == url("visit_write", visit)
    page = ada.get(begun_at).content.decode()
    for said in ("Guiding questions", 'value="20 November 2026"', 'value="Ada Whitlock"', "data-autosave="):
        assert said in page
    assert ada.post(begun_at, form() | {"then": "stop"}).url == url("visit", visit)
    answer = ada.post(begun_at, form(2) | {"then": "send", "token": str(uuid4())}, follow=True)
    page = answer.content.decode()
    assert "Sent. The school can say whether it is accurate." in page
    for said in ("Plenty of practical work.", "Science", "27 November 2026", "Pupil voice"):
        assert said in page


def test_a_visit_is_planned_for_a_day(cast: Cast) -> None:
    ada = cast.client(cast.ada)
    chosen = {"school": cast.dunmere.pk, "form": "monitoring_form", "planned_for": "1 December 2026"}
    page = ada.post(url("visit_begin"), chosen, follow=True).content.decode()
    assert "Planned for 1 December 2026." in page
    assert "Planned" in ada.get(url("monitoring")).content.decode()
    again = ada.post(url("visit_begin"), chosen | {"planned_for": "1 November 2026"})
    assert again.status_code == 422


def test_autosave_answers_with_the_version_the_time_and_who_seems_named(cast: Cast, draft: Visit) -> None:
    told = (
        cast.client(cast.ada).post(url("visit_save", draft), form(**{"r0-comment": "Miss Smith and ben osei."})).json()
    )
    assert (told["version"], told["saved_at"], told["errors"]) == (2, "10:00", {})
    assert "“Miss Smith” and “ben osei”" in told["named"]["r0-comment"]


def test_before_a_name_is_sent_its_writer_is_asked_once_more(cast: Cast, draft: Visit) -> None:
    """The words are kept; the answer is for the names that were seen and for no others."""
    ada, body = cast.client(cast.ada), form(**{"r0-comment": "Miss Smith led it."}) | {"then": "send"}
    page = ada.post(url("visit_write", draft), body)
    assert page.status_code == 200
    said = page.content.decode()
    assert "A person seems to be named" in said
    assert 'href="#id_r0-comment"' in said
    assert "Send it as it is" in said
    sure = body | {"version": "2", "as_it_is": page.context["asks"]["mark"]}
    other = ada.post(url("visit_write", draft), sure | {"focus": "Mr Brown’s lesson"})
    assert "“Mr Brown”" in other.content.decode()
    with trust_scope(cast.alder):
        draft.refresh_from_db()
    assert (draft.state, draft.answers["focus"]) == (Visit.State.DRAFT, "Mr Brown’s lesson")
    told = ada.post(url("visit_write", draft), sure | {"version": "3"}, headers={"accept": "application/json"}).json()
    assert (told["sent"], told["asks"]) == (True, False)


def test_a_form_that_waited_on_a_device_is_asked_about_too(cast: Cast, draft: Visit) -> None:
    body = form(**{"r0-comment": "Miss Smith led it."}) | {"then": "send", "token": str(uuid4())}
    told = cast.client(cast.ada).post(url("visit_write", draft), body, headers={"accept": "application/json"}).json()
    assert (told["sent"], told["asks"], told["missing"]) == (False, True, {})


def test_what_cannot_be_read_is_told_and_the_rest_is_kept(cast: Cast, draft: Visit) -> None:
    ada = cast.client(cast.ada)
    told = ada.post(url("visit_save", draft), form(date="soon")).json()
    assert told["errors"].keys() == {"date"}
    page = ada.post(url("visit_write", draft), form(2, date="soon"))
    assert page.status_code == 200
    assert "Everything is saved but this" in page.content.decode()
    with trust_scope(cast.alder):
        draft.refresh_from_db()
    assert (draft.answers["focus"], draft.answers["date"]) == ("Science", "2026-11-20")


def test_two_editors_are_told_by_field(cast: Cast, draft: Visit) -> None:
    with trust_scope(cast.alder):
        save_visit(draft, {"focus": "Art", "method": ["Data"]}, by=cast.ruth, version=1)
    ada = cast.client(cast.ada)
    answer = ada.post(url("visit_save", draft), form())
    assert answer.status_code == 409
    told = {clash["field"]: clash for clash in answer.json()["conflicts"]}
    assert told.keys() == {"focus", "method"}
    assert (told["focus"]["by"], told["focus"]["at"], told["focus"]["theirs"]) == ("Ruth Ellison", "10:00", "Art")
    assert told["method"]["theirs"] == ["Data"]
    page = ada.post(url("visit_write", draft), form())
    assert page.status_code == 409
    assert 'name="keep-focus"' in page.content.decode()
    kept = form(2, **{"keep-focus": "theirs", "keep-method": "mine"})
    assert ada.post(url("visit_write", draft), kept).status_code == 302
    with trust_scope(cast.alder):
        draft.refresh_from_db()
    assert (draft.answers["focus"], draft.answers["method"]) == ("Art", ["Work scrutiny", "Pupil voice"])


def test_what_is_lacking_is_listed_with_links(cast: Cast, draft: Visit) -> None:
    page = cast.client(cast.ada).post(url("visit_write", draft), form(method=[], focus="") | {"then": "send"})
    said = page.content.decode()
    assert "Not sent yet: something is still missing" in said
    assert 'href="#id_focus"' in said
    assert 'id="id_focus"' in said
    assert 'href="#id_method"' in said
    assert 'id="id_method"' in said
    with trust_scope(cast.alder):
        draft.refresh_from_db()
    assert (draft.state, draft.answers["r0-comment"]) == ("draft", "Plenty of practical work.")


def test_a_device_sends_it_once_whatever_it_tries(cast: Cast, draft: Visit) -> None:
    ada, body = cast.client(cast.ada), form() | {"then": "send", "token": str(uuid4())}
    asks = {"headers": {"Accept": "application/json"}}
    first = ada.post(url("visit_write", draft), body, **asks).json()
    again = ada.post(url("visit_write", draft), body | {"focus": "Late"}, **asks).json()
    assert (first["sent"], first["again"], again["sent"], again["again"]) == (True, False, True, True)
    other = ada.post(url("visit_write", draft), body | {"token": str(uuid4())}, **asks)
    assert (other.status_code, "no longer be changed" in other.json()["errors"]["__all__"][0]) == (400, True)
    with trust_scope(cast.alder):
        draft.refresh_from_db()
    assert draft.answers["focus"] == "Science"


def test_who_was_slower_keeps_every_word(cast: Cast, draft: Visit) -> None:
    """Two people send one visit from ordinary pages; and two consider it."""
    ada, ruth = cast.client(cast.ada), cast.client(cast.ruth)
    assert ada.post(url("visit_write", draft), form() | {"then": "send"}).status_code == 302
    late = ruth.post(url("visit_write", draft), form() | {"then": "send", "focus": "Slower"})
    assert late.status_code == 422
    said = late.content.decode()
    assert "This has been sent, so it can no longer be changed." in said
    assert 'value="Slower"' in said
    visit = make(cast, considered)
    gone = {"agreed-on": "20 November 2026", "agreed-action-0-what": "Look at books."}
    late = cast.client(cast.ben).post(url("visit_consider", visit), gone)
    assert late.status_code == 422
    said = late.content.decode()
    assert "Ben Osei has put this on record meanwhile" in said
    assert "Look at books." in said
    assert "Put it on record" not in said


def test_a_day_still_to_come_is_said_beside_it_and_nothing_is_lost(cast: Cast) -> None:
    visit = make(cast, final)
    typed = {"agreed-on": "24 December 2026", "agreed-action-0-what": "Look at books.", "agreed-action-0-words": "Lead"}
    answer = cast.client(cast.ben).post(url("visit_consider", visit), typed)
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "Look at books." in said
    assert "24 December 2026" in said
    assert "error" in said


def test_the_head_still_finds_a_planned_visit_while_it_is_written(cast: Cast) -> None:
    visit = make(cast, begun, planned_for=date(2026, 12, 1))
    with trust_scope(cast.alder):
        save_visit(visit, {"focus": "Secret words"}, by=cast.ada, version=1)
    page = cast.client(cast.ben).get(url("visit", visit))
    assert page.status_code == 200
    assert "Secret words" not in page.content.decode()


def test_a_draft_is_taken_away_by_its_lead(cast: Cast, draft: Visit) -> None:
    ruth, ada = cast.client(cast.ruth), cast.client(cast.ada)
    assert "Ada Whitlock leads this visit" in ruth.post(url("visit_remove", draft), follow=True).content.decode()
    assert ada.post(url("visit_remove", draft)).url == url("monitoring")
    assert ada.get(url("visit", draft)).status_code == 404


# ------------------------------------------------------------------------------------------------------------ read


@pytest.mark.parametrize(
    ("who", "status"), [("ada", 200), ("ruth", 200), ("ben", 404), ("gita", 404), ("tom", 404), ("olive", 403)]
)
def test_a_draft_is_read_by_the_side_that_writes_it(cast: Cast, draft: Visit, who: str, status: int) -> None:
    assert cast.client(getattr(cast, who)).get(url("visit", draft)).status_code == status


def test_the_schools_own_draft_is_its_own(cast: Cast) -> None:
    visit = make(cast, begun, by=cast.ben)
    assert cast.client(cast.ben).get(url("visit_write", visit)).status_code == 200
    assert cast.client(cast.ada).get(url("visit", visit)).status_code == 404


@pytest.mark.parametrize(
    ("who", "reads"), [("ada", True), ("ruth", True), ("ben", True), ("gita", False), ("tom", False)]
)
def test_a_restricted_form_is_read_by_leaders_and_trust_staff(cast: Cast, who: str, reads: bool) -> None:
    visit = make(cast, sent)
    client = cast.client(getattr(cast, who))
    page, listed = client.get(url("visit", visit)).content.decode(), client.get(url("monitoring")).content.decode()
    assert ("Plenty of practical work." in page) is reads
    assert ("read these notes" in page) is True
    assert "18 November 2026" in page, "that it took place"
    assert ("Science" in listed) is reads
    assert client.get(url("visit_file", visit)).status_code == (200 if reads else 404)
    told = client.get(f"/api/v1/t/alder/visits/{visit.pk}/").json()
    assert (told["filled"] is not None, told["subject"]) == (reads, "Science" if reads else "")


def test_people_of_other_schools_and_trusts_find_nothing(cast: Cast) -> None:
    visit = make(cast, sent, school=cast.ashmere)
    assert cast.client(cast.ben).get(url("visit", visit)).status_code == 404
    assert cast.client(cast.cleo).get(url("visit", visit)).status_code == 404
    assert cast.client(cast.cleo).get(url("monitoring")).status_code == 404


def test_removed_notes_leave_the_record(cast: Cast, time_machine: Any) -> None:
    visit = make(cast, considered)
    with trust_scope(cast.alder):
        remove_old_notes(today=date(2029, 12, 1))
    page = cast.client(cast.ada).get(url("visit", visit)).content.decode()
    assert "The notes have been removed" in page
    assert "Plenty of practical work." not in page
    assert "18 November 2026" in page


def test_the_record_and_the_blank_form_are_tagged_pdfs(cast: Cast) -> None:
    visit = make(cast, considered)
    for address in (url("visit_file", visit), url("visit_form_file", form="monitoring_form")):
        answer = cast.client(cast.ada).get(address)
        assert answer.headers["Content-Type"] == "application/pdf"
        with pikepdf.open(BytesIO(answer.content)) as made:
            assert made.Root.MarkInfo.Marked
            assert str(made.Root.Lang) == "en-GB"
    assert cast.client(cast.ada).get(url("visit_form_file", form="no_such_form")).status_code == 404


# ------------------------------------------------------------------------------------------------------------- api


def test_a_visit_is_written_and_sent_over_the_api(cast: Cast, draft: Visit) -> None:
    ada, home = cast.client(cast.ada), f"/api/v1/t/alder/visits/{draft.pk}/"
    head = {"focus": "Science", "date": "2026-11-18", "method": ["Data"]}
    rows = [{"class_year": "Year 3", "comment": "Sound."}, {"slot": 4, "class_year": "5", "comment": "Strong."}]

    def send(where: str, body: dict[str, Any], method: str = "patch") -> Any:
        return getattr(ada, method)(f"{home}{where}/", json.dumps(body), "application/json")

    assert send("answers", {"version": 1, "answers": head, "rows": rows}).json()["version"] == 2
    told = ada.get(home).json()
    assert told["filled"]["answers"] == head | {"lead": "Ada Whitlock"}
    assert told["filled"]["rows"] == [{"slot": 0, **rows[0]}, rows[1]]
    assert [field["key"] for field in told["definition"]["header"]][:2] == ["focus", "date"]
    assert send("answers", {"version": 2, "answers": {"date": "soon"}}).json()["errors"].keys() == {"date"}
    assert send("answers", {"version": 9, "answers": {}}).status_code == 400
    body = {"version": 2, "token": str(uuid4()), "answers": {"focus": ""}}
    assert send("submit", body, "post").json()["errors"].keys() == {"focus"}
    body["answers"] = {}
    assert send("submit", body, "post").json()["again"] is False
    assert send("submit", body, "post").json()["again"] is True
    assert ada.get("/api/v1/t/alder/visits/?state=submitted").json()["count"] == 1


def test_the_second_writer_gets_both_sides_over_the_api(cast: Cast, draft: Visit) -> None:
    with trust_scope(cast.alder):
        save_visit(draft, {"focus": "Art"}, by=cast.ruth, version=1)
    body = json.dumps({"version": 1, "answers": {"focus": "Science"}})
    answer = cast.client(cast.ada).patch(f"/api/v1/t/alder/visits/{draft.pk}/answers/", body, "application/json")
    assert answer.status_code == 409
    (clash,) = answer.json()["conflicts"]
    assert (clash["by"], clash["theirs"], clash["mine"]) == ("Ruth Ellison", "Art", "Science")


def test_actions_are_read_over_the_api(cast: Cast) -> None:
    make(cast, considered)
    (row,) = cast.client(cast.ben).get("/api/v1/t/alder/actions/").json()["results"]
    assert (row["school"], row["what"], row["state"]) == (cast.dunmere.pk, "More writing.", "open")


# ----------------------------------------------------------------------------------------------------------- counts


@pytest.mark.parametrize("page", ["/t/alder/monitoring/", "/api/v1/t/alder/visits/", "/api/v1/t/alder/actions/"])
def test_the_lists_ask_no_more_for_thirty(cast: Cast, page: str, queries: Callable[..., list[str]]) -> None:
    ada = cast.client(cast.ada)
    make(cast, considered)
    make(cast, sent)
    ada.get(page)
    one = len(queries(lambda: ada.get(page)))
    with trust_scope(cast.alder):
        for _ in range(15):
            school = SchoolFactory()
            member(f"Head of {school}", "head", school)
            considered(cast, school=school)
            sent(cast, school=school)
    assert len(queries(lambda: ada.get(page))) == one <= 15


def test_the_actions_of_a_school_ask_no_more_for_thirty(cast: Cast, queries: Callable[..., list[str]]) -> None:
    ben, page = cast.client(cast.ben), url("school_actions", school_id=cast.dunmere.pk)
    make(cast, considered)
    ben.get(page)
    one = len(queries(lambda: ben.get(page)))
    for _ in range(15):
        make(cast, considered)
    assert len(queries(lambda: ben.get(page))) == one <= 15
