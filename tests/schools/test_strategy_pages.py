"""The strategy as people read it, and its publication."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from schools.access import ROLES
from schools.models import StrategyChoice, StrategyVersion
from schools.services.strategies import choose_strategy, publish_strategy, shipped_strategies
from schools.strategy import read_strategy
from schools.strategy.basics import Cadence, Duration, SupportUnit
from schools.strategy.reading import reading_of, words
from schools.tenancy import trust_scope
from tests.conftest import STRATEGIES, Cast

LABELS = {role: rule.label for role, rule in ROLES.items()}
NAMES = sorted(path.stem for path in STRATEGIES.glob("*.toml"))


def text_of(name: str = "two_axes") -> str:
    return (STRATEGIES / f"{name}.toml").read_text()


def test_everybody_in_the_trust_may_read_it_and_nobody_else(cast: Cast) -> None:
    url = reverse("strategy", args=["alder"])
    for person in (cast.ada, cast.ben, cast.tom, cast.gita, cast.olive):
        assert "Academic and operational support" in cast.client(person).get(url).text
    assert cast.client(cast.cleo).get(url).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_all_of_each_strategy_is_on_the_page(cast: Cast, name: str) -> None:
    page = cast.client(cast.olive).get(reverse("strategy_shipped", args=["alder", name]))
    strategy = read_strategy(text_of(name))
    page_words = page.text.replace("&#x27;", "'").replace("&amp;", "&").replace("&quot;", '"')
    labels = [item.label for part in (
        strategy.statements, strategy.axes, strategy.criteria, list(strategy.kpis()), strategy.facts, strategy.bridges,
        strategy.entitlements, strategy.menu, strategy.ladders, strategy.plan_types, strategy.checklists,
        strategy.forms, strategy.review_types, strategy.meetings, strategy.returns, strategy.reports, strategy.impact,
        [level for scale in strategy.scales for level in scale.levels],
    ) for item in part]  # fmt: skip
    assert [label for label in labels if label not in page_words] == []
    for anchor, _ in page.context["r"].contents:
        assert f'id="{anchor}"' in page.text


def test_a_part_that_is_not_in_the_file_leaves_no_empty_heading() -> None:
    reading = reading_of(read_strategy(text_of("no_categories")), LABELS)
    anchors = [anchor for anchor, _ in reading.contents]
    assert {"axes", "rules", "ladders"}.isdisjoint(anchors)
    assert reading.offers == ()
    assert reading.core


def test_the_text_comes_back_as_it_was_uploaded(cast: Cast) -> None:
    answer = cast.client(cast.ben).get(reverse("strategy_text", args=["alder", cast.version.pk]))
    assert answer.content.decode() == text_of()
    assert "two_axes-1.toml" in answer["Content-Disposition"]


def test_a_head_reads_the_strategy_of_their_own_school(cast: Cast) -> None:
    with trust_scope(cast.alder):
        publish_strategy(text_of("four_phases"), by=cast.olive, starts_on=date(2024, 9, 1))
        choose_strategy("four_phases", by=cast.olive, from_on=date(2024, 9, 1), school=cast.dunmere)
    url = reverse("strategy", args=["alder"])
    assert "<h1>Four phases" in cast.client(cast.ben).get(url).text
    assert "<h1>Academic and operational" in cast.client(cast.ada).get(url).text


def test_the_page_takes_as_many_queries_for_any_strategy(cast: Cast, queries) -> None:
    client, url = cast.client(cast.ada), reverse("strategy", args=["alder"])
    client.get(url)
    assert len(queries(lambda: client.get(url))) <= 8


# Publishing


@pytest.mark.parametrize("name", NAMES)
def test_each_of_the_five_can_be_chosen(cast: Cast, name: str) -> None:
    cast.client(cast.olive).post(reverse("strategy_choose", args=["alder"]), {"name": name, "starts_on": "2026-09-01"})
    key = read_strategy(shipped_strategies()[name].read_text()).identity.key
    with trust_scope(cast.alder):
        assert StrategyChoice.objects.get(from_on=date(2026, 9, 1)).key == key
        assert StrategyVersion.objects.filter(key=key).count() == 1


def upload(cast: Cast, text: str | bytes, **fields: str):
    file = SimpleUploadedFile("ours.toml", text.encode() if isinstance(text, str) else text)
    url = reverse("strategy_upload", args=["alder"])
    return cast.client(cast.olive).post(url, {"file": file, "starts_on": "2027-01-01", "follow": "on", **fields})


def test_a_new_version_is_uploaded(cast: Cast) -> None:
    answer = upload(cast, text_of().replace("version = 1", "version = 2", 1), why="Clearer words")
    assert answer.status_code == 302
    with trust_scope(cast.alder):
        assert StrategyVersion.objects.get(version=2).published_by == cast.olive


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[identity\nkey = 1", ["line 1"]),
        (text_of().replace('scale = "support"', 'scale = "suport"'), ["criteria.", "suport"]),
        (
            text_of().replace("reply_days = 10", "reply_days = 99\ncolour = 'red'"),
            ["identity.reply_days", "identity.colour"],
        ),
        (b"\xff\xfe\x00", ["not a text file"]),
        ("#" * 1_000_001, ["at most 1,000,000"]),
    ],
    ids=["syntax", "reference", "values", "binary", "too large"],
)
def test_a_file_with_faults_changes_nothing_and_lists_them(cast: Cast, text: str | bytes, words: list[str]) -> None:
    page = upload(cast, text)
    assert page.status_code == 200
    assert [word for word in words if word not in page.text] == []
    with trust_scope(cast.alder):
        assert StrategyVersion.objects.count() == 1


def test_a_school_follows_a_strategy_of_its_own(cast: Cast) -> None:
    url = reverse("strategy_follow", args=["alder"])
    typed = {"key": "two_axes", "school": cast.dunmere.pk, "from_on": "2026-09-01"}
    cast.client(cast.olive).post(url, typed)
    with trust_scope(cast.alder):
        assert StrategyChoice.objects.get(school=cast.dunmere).key == "two_axes"
    assert cast.client(cast.ben).post(url, typed).status_code == 403


# Words


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (Duration(at_least=2, at_most=4, unit="half_terms"), "2 to 4 half terms"),
        (Duration(at_most=1, unit="terms"), "up to 1 term"),
        (Duration(at_least=1, unit="years"), "at least 1 year"),
        (Duration(at_least=6, at_most=6, unit="weeks"), "6 weeks"),
        (None, ""),
    ],
)
def test_a_stay_in_words(span: Duration | None, said: str) -> None:
    assert words.stay(span) == said


def test_an_amount_in_words() -> None:
    assert words.amount(2, SupportUnit.VISIT, Cadence.HALF_TERM, at_least=True) == "At least 2 visits each half term"
    assert words.amount(1, SupportUnit.PROGRAMME, None, at_least=False) == "Programme, when needed"
    assert words.listed(["a", "b", "c"], "or") == "a, b or c"
    assert words.number(-8) == "−8"
