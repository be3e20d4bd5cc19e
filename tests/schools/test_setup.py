"""A trust's set-up: settings, calendar, schools, tokens and the record of changes."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from schools.models import ApiToken, AuditEntry, Establishment, GroupLink, Period, School, Trust
from schools.rules import accent_contrast, accent_tokens, contrast
from schools.sign_in import hash_of
from schools.tenancy import trust_scope
from tests.conftest import Cast, start_trust
from tests.factories import SchoolFactory, TrustFactory, member

SETTINGS = {"accent": "#1f6152", "small_number_threshold": "10", "news_hour": "9", "heads_see_others": "named"}
PAGES = [
    "setup",
    "trust_settings",
    "calendar",
    "setup_schools",
    "setup_register",
    "setup_school_new",
    "strategy_choose",
]


@pytest.mark.parametrize("name", [*PAGES, "strategy_upload", "audit"])
def test_set_up_is_the_administrators(cast: Cast, name: str) -> None:
    url = reverse(name, args=["alder"])
    assert cast.client(cast.olive).get(url).status_code == 200
    assert cast.client(cast.ben).get(url).status_code == 403
    assert cast.client(cast.cleo).get(url).status_code == 404


# Settings


def test_settings_are_changed_with_their_history(cast: Cast) -> None:
    cast.client(cast.olive).post(reverse("trust_settings", args=["alder"]), SETTINGS)
    trust = Trust.objects.get(slug="alder")
    assert (trust.accent, trust.small_number_threshold, trust.heads_see_proposals) == ("#1f6152", 10, False)
    with trust_scope(trust):
        entry = AuditEntry.objects.get(did="trust.settings_changed")
    assert entry.before == (
        "colour #2b4a86, small numbers 6, heads see proposals yes, heads see other schools nothing, hour of news 8"
    )
    assert "heads see other schools with names" in entry.after


def test_every_wrong_setting_is_told_at_once_in_our_words(cast: Cast) -> None:
    typed = {"accent": "#ffffff", "small_number_threshold": "2", "news_hour": "3", "heads_see_others": "all"}
    page = cast.client(cast.olive).post(reverse("trust_settings", args=["alder"]), typed)
    errors = page.context["form"].errors
    assert errors["small_number_threshold"] == ["Enter a whole number from 6 to 20."]
    assert errors["news_hour"] == ["Enter a whole number from 8 to 17."]
    assert errors["heads_see_others"] == ["Choose what heads see of the other schools."]
    assert "contrast is 1.0 to 1" in errors["accent"][0]


def _seen(page) -> str:
    return str(page.context["form"]["seen"].value())


def test_two_administrators_do_not_undo_each_others_settings(cast: Cast) -> None:
    """The second is told what the first changed, keeps what was typed, and may then put theirs in its place."""
    url = reverse("trust_settings", args=["alder"])
    with trust_scope(cast.alder):
        second = cast.client(member("Nora Second", "admin"))
    seen = _seen(second.get(url))
    cast.client(cast.olive).post(url, {**SETTINGS, "seen": seen})
    page = second.post(url, {**SETTINGS, "news_hour": "11", "seen": seen})
    assert "Olive Admin changed this on" in page.text
    assert "hour of news 8 became" in page.text
    assert 'value="11"' in page.text
    assert Trust.objects.get(slug="alder").news_hour == 9
    second.post(url, {**SETTINGS, "news_hour": "11", "seen": _seen(page)})
    assert Trust.objects.get(slug="alder").news_hour == 11


@pytest.mark.parametrize("accent", ["#7f9f7f", "#ffffff", "#e0a040"])
def test_a_pale_colour_is_refused_with_its_ratio(cast: Cast, accent: str) -> None:
    page = cast.client(cast.olive).post(reverse("trust_settings", args=["alder"]), {**SETTINGS, "accent": accent})
    assert f"contrast is {accent_contrast(accent)} to 1" in page.text
    assert Trust.objects.get(slug="alder").accent == "#2b4a86"


def test_contrast_is_as_wcag_defines_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#2b4a86", "#2b4a86") == 1
    assert contrast(accent_tokens("#2b4a86")["accent-strong"], "#ffffff") > contrast("#2b4a86", "#ffffff")


# Calendar


def test_the_calendar_is_kept_and_refuses_dates_out_of_order(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("calendar_year", args=["alder", 2026])
    fields = _fields(client.get(url))
    client.post(url, {**fields, "autumn-ends_on": "2026-12-17"})
    with trust_scope(cast.alder):
        assert Period.objects.terms().get(year=2026, season="autumn").ends_on == date(2026, 12, 17)
        assert AuditEntry.objects.filter(did="calendar.set").first().after == (
            "2026/27: last day of the autumn term 17 December 2026"
        )
    fields = _fields(client.get(url))
    for wrong, name, words in (
        ({"autumn-ends_on": "2026-09-02"}, "autumn-ends_on", "after the first day after the autumn half term, 2 Nov"),
        ({"spring-starts_on": "2026-12-17"}, "spring-starts_on", "after the last day of the autumn term, 17 Dec"),
        ({"summer-ends_on": "2207-07-21"}, "summer-ends_on", "not a day of the academic year 2026/27"),
        ({"spring-starts_on": ""}, "spring-starts_on", "Enter a date."),
    ):
        form = client.post(url, fields | wrong).context["form"]
        assert words in form.errors[name][0]
    page = client.post(url, {**fields, "spring-ends_on": "", "summer-ends_on": "soon"})
    assert "Last day of the spring term: Enter a date." in page.text
    assert page.text.count('role="alert"') == 1


def test_saving_the_same_dates_leaves_no_entry(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("calendar_year", args=["alder", 2026])
    with trust_scope(cast.alder):
        before = AuditEntry.objects.count()
    client.post(url, _fields(client.get(url)))
    with trust_scope(cast.alder):
        assert AuditEntry.objects.count() == before


def test_two_administrators_do_not_undo_each_others_dates(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("calendar_year", args=["alder", 2026])
    fields = _fields(client.get(url))
    client.post(url, {**fields, "autumn-ends_on": "2026-12-17"})
    page = client.post(url, {**fields, "summer-ends_on": "2027-07-22"})
    assert "last day of the autumn term 18 December 2026 became" in page.text
    assert 'value="2027-07-22"' in page.text
    client.post(url, {**fields, "summer-ends_on": "2027-07-22", "seen": _seen(page)})
    with trust_scope(cast.alder):
        assert Period.objects.terms().get(year=2026, season="summer").ends_on == date(2027, 7, 22)
    other = reverse("calendar_year", args=["alder", 2025])
    assert client.post(other, _fields(client.get(other))).status_code == 302


def _fields(page) -> dict[str, str]:
    return {field.html_name: str(field.value()) for field in page.context["form"]}


def test_a_year_far_away_is_not_there(cast: Cast) -> None:
    assert cast.client(cast.olive).get(reverse("calendar_year", args=["alder", 1999])).status_code == 404


# Schools


@pytest.fixture
def register(db: None) -> None:
    for number, name in enumerate(("Hazel Grove", "Millbrook", "Northfield")):
        Establishment.objects.create(
            urn=f"81000{number}", name=name, phase="Primary", group_uid="2044", source="test", as_at=date(2026, 11, 1)
        )
    GroupLink.objects.create(
        group_uid="2044", urn="810000", joined_on=date(2018, 9, 1), source="test", as_at=date(2026, 11, 1)
    )


def test_schools_are_picked_by_group(cast: Cast, register: None) -> None:
    client, url = cast.client(cast.olive), reverse("setup_register", args=["alder"]) + "?uid=2044"
    assert "Hazel Grove" in client.get(url).text
    typed = {"take_810000": "on", "joined_810000": "2018-09-01", "take_810001": "on", "joined_810001": ""}
    page = client.post(url, typed)
    assert "Enter the day it joined" in page.text
    client.post(url, {**typed, "joined_810001": "2020-01-01"})
    with trust_scope(cast.alder):
        assert School.objects.get(urn="810001").joined_on == date(2020, 1, 1)
        assert not School.objects.filter(urn="810002").exists()
        assert AuditEntry.objects.get(did="schools.added").after == "2 schools of group 2044"
    assert "2 of them are in your list already" in client.get(url).text
    assert "Tick at least one" in client.post(url, {"take_810000": ""}).text


def test_a_phase_the_register_does_not_name_is_asked_for(cast: Cast, register: None) -> None:
    """What a school is asked depends on its phase, so none is made up."""
    Establishment.objects.filter(urn__in=["810000", "810001"]).update(phase="")
    client, url = cast.client(cast.olive), reverse("setup_register", args=["alder"]) + "?uid=2044"
    typed = {"joined_810000": "2018-09-01", "joined_810001": "2020-01-01", "joined_810002": "2020-01-01"}
    typed |= {f"take_81000{n}": "on" for n in range(3)}
    assert client.post(url, typed).text.count("Choose its phase") >= 2
    client.post(url, {**typed, "phase": "primary", "phase_810001": "junior"})
    with trust_scope(cast.alder):
        phases = dict(School.objects.filter(urn__startswith="81000").values_list("urn", "phase"))
    assert phases == {"810000": "primary", "810001": "junior", "810002": "primary"}


def test_a_group_that_is_not_there_is_said_plainly(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("setup_register", args=["alder"])
    assert "not loaded yet" in client.get(f"{url}?uid=999").text
    Establishment.objects.create(urn="810009", name="Far Away", source="test", as_at=date(2026, 11, 1))
    found = client.get(f"{url}?uid=999").text
    assert "no open school in group 999" in found
    assert "as at 1 November 2026" in found
    assert "not loaded" not in found
    assert "up to six digits" in client.get(f"{url}?uid=abc").text


def test_a_school_is_added_by_hand_and_its_dates_corrected(cast: Cast) -> None:
    client = cast.client(cast.olive)
    typed = {"name": "Kestrel", "urn": "900777", "phase": "primary", "joined_on": "2024-01-01"}
    client.post(reverse("setup_school_new", args=["alder"]), typed)
    assert "URN already" in client.post(reverse("setup_school_new", args=["alder"]), typed).text
    with trust_scope(cast.alder):
        school = School.objects.get(urn="900777")
    url = reverse("setup_school", args=["alder", school.pk])
    dates = {"phase": "primary", "joined_on": "2024-01-01", "left_on": "2023-01-01"}
    assert "after it has joined" in client.post(url, dates).text
    client.post(url, {**dates, "left_on": "2025-08-31", "why": "Moved to Birch"})
    with trust_scope(cast.alder):
        entry = AuditEntry.objects.get(did="school.changed")
        assert (entry.before, entry.after, entry.why) == ("left not set", "left 2025-08-31", "Moved to Birch")
    assert client.get(reverse("setup_school", args=["alder", cast.birchwood.pk])).status_code == 404


def test_where_a_school_stands_is_corrected_by_both_figures(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("setup_school", args=["alder", cast.dunmere.pk])
    kept = {"phase": cast.dunmere.phase, "joined_on": cast.dunmere.joined_on.isoformat(), "left_on": ""}
    refused = client.post(url, {**kept, "easting": "431000", "northing": ""})
    assert "Enter both figures, or neither." in refused.text
    assert "from 1 to 700000" in client.post(url, {**kept, "easting": "-3", "northing": "2"}).text
    assert client.post(url, {**kept, "easting": "431000", "northing": "286500"}).status_code == 302
    with trust_scope(cast.alder):
        cast.dunmere.refresh_from_db()
        assert (cast.dunmere.easting, cast.dunmere.northing) == (431000, 286500)
        entry = AuditEntry.objects.get(did="school.changed")
        assert entry.after == "easting 431000, northing 286500"


def test_three_steps_to_begin(db: None) -> None:
    trust = TrustFactory(slug="cedar")
    with trust_scope(trust):
        admin = member("Sam Reed", "admin")
    client = Cast.client(None, admin)  # type: ignore[arg-type]
    assert "Three steps to begin" in client.get(reverse("setup", args=["cedar"])).text
    start_trust("cedar")
    with trust_scope(trust):
        SchoolFactory()
    assert "Three steps" not in client.get(reverse("setup", args=["cedar"])).text


@pytest.mark.parametrize("name", ["setup_schools", "audit", "setup", "strategy_choose"])
def test_lists_take_a_fixed_number_of_queries(cast: Cast, queries, name: str) -> None:
    client, url = cast.client(cast.olive), reverse(name, args=["alder"])
    client.get(url)
    few = len(queries(lambda: client.get(url)))
    with trust_scope(cast.alder):
        SchoolFactory.create_batch(30)
        for _ in range(30):
            AuditEntry.objects.create(
                at=cast.version.published_at, by=cast.ada, did="x.y", about="x", school=cast.dunmere
            )
    assert len(queries(lambda: client.get(url))) == few


# Tokens


def test_a_token_is_shown_once_and_kept_as_a_hash(cast: Cast) -> None:
    client, url = cast.client(cast.ben), reverse("account", args=["alder"])
    page = client.post(url, {"name": "spreadsheet", "days": "30"})
    secret = page.context["new"][1]
    assert secret in page.text
    assert secret not in client.get(url).text
    token = ApiToken.objects.get()
    assert token.token_hash == hash_of(secret)
    client.post(reverse("token_end", args=["alder", token.pk]))
    assert ApiToken.objects.get().ended_at is not None


def test_a_token_is_ended_by_its_owner_alone(cast: Cast) -> None:
    cast.client(cast.ben).post(reverse("account", args=["alder"]), {"name": "spreadsheet", "days": "30"})
    url = reverse("token_end", args=["alder", ApiToken.objects.get().pk])
    assert cast.client(cast.ada).post(url).status_code == 404


# The record of changes


def test_the_record_is_filtered_in_the_address(cast: Cast) -> None:
    client, url = cast.client(cast.olive), reverse("audit", args=["alder"])
    cast.client(cast.olive).post(reverse("trust_settings", args=["alder"]), SETTINGS)
    lines = client.get(url, {"did": "trust.settings_changed"}).context["lines"]
    assert {line.what for line in lines} == {"Settings changed"}
    assert len(client.get(url, {"by": cast.olive.pk}).context["lines"]) == 1
    assert "Nothing matches" in client.get(url, {"since": "2099-01-01"}).text
    assert client.get(url, {"by": "nobody"}).status_code == 200
    assert cast.client(cast.ruth).get(url).status_code == 200
