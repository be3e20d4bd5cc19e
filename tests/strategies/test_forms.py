"""Forms in a strategy: what is refused on load, what older files are read with, and what the shipped ones hold."""

from __future__ import annotations

import pytest

from schools.strategy import StrategyError, read_strategy
from schools.strategy.forms import FormField
from schools.strategy.provision import Form, ReviewType
from tests.strategies.reading import STRATEGIES, keyed, shipped

HEAD = '[identity]\nkey = "t"\nversion = 1\ntitle = "T"\nsummary = "S."\nphases = ["primary"]\n'
FORM = '[[forms]]\nkey = "f"\nlabel = "F"\n'
CHOICES = '{ key = "how", label = "How", kind = "choices", options = ["Data", "Books"]'

NAMES = sorted(path.stem for path in STRATEGIES.glob("*.toml"))


def form_of(body: str) -> Form:
    return read_strategy(HEAD + FORM + body).forms[0]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('header = [{ key = "a", label = "A" }]\nfooter = [{ key = "a", label = "B" }]', "“a” is used 2 times"),
        ('rows = [{ key = "a", label = "A" }, { key = "a", label = "B" }]', "“a” is used 2 times"),
        ('header = [{ key = "version", label = "A" }]', "a page needs this name for itself"),
        (
            'header = [{ key = "a", label = "A", means = "focus" }, { key = "b", label = "B", means = "focus" }]',
            "2 fields mean “focus”",
        ),
        ('header = [{ key = "a", label = "A", means = "date" }]', "is of kind date; this is text"),
        ('header = [{ key = "a", label = "A", kind = "date", means = "owner" }]', "this is date"),
        (f'header = [{CHOICES}, evidence = {{ "Talk" = "data" }} }}]', "“Talk” is not there; expected one of Data"),
        (f'header = [{CHOICES}, evidence = {{ "Data" = "numbers" }} }}]', "“numbers” is not there"),
        ('header = [{ key = "a", label = "A", area = "safeguarding" }]', "only a judgement"),
        ('judgements = [{ key = "a", label = "A", area = "safeguarding" }]', "as a judgement names an area"),
        (
            'framework = "headings_2015"\njudgements = [{ key = "a", label = "A", area = "inclusion" }]',
            "“inclusion” is not there",
        ),
        ('methods = [{ key = "m", label = "M", used_with = ["Books"] }]', "“Books” is not there"),
        ("least_rows = 1", "there are no rows"),
        ('order = ["rows", "footer"]', "each once"),
        ('header = [{ key = "a", label = "A", kind = "level", scale = "nowhere" }]', "“nowhere” is not there"),
    ],
)
def test_a_form_that_cannot_work_is_refused(body: str, said: str) -> None:
    with pytest.raises(StrategyError, match=said):
        form_of(body)


def test_a_review_names_forms_that_are_there() -> None:
    with pytest.raises(StrategyError, match="“g” is not there"):
        read_strategy(f'{HEAD}{FORM}[[review_types]]\nkey = "r"\nlabel = "R"\nform_by_level = {{ one = "g" }}\n')


def test_the_same_key_may_stand_in_the_head_and_in_the_rows() -> None:
    form = form_of(
        'header = [{ key = "focus", label = "A", means = "focus" }]\n'
        'rows = [{ key = "focus", label = "B", means = "focus" }]'
    )
    assert form.by_meaning["focus"].label == "A"
    assert form.row_by_meaning["focus"].label == "B"


def test_a_file_from_before_is_read_with_these_values() -> None:
    form = form_of('framework = "our own words"\nheader = [{ key = "a", label = "A" }]')
    assert (form.visibility, form.retention_months, form.least_rows) == ("school", None, 0)
    assert form.order == ("rows", "judgements", "footer")
    assert form.framework_words == "our own words"
    assert (form.header[0].means, form.header[0].at, form.is_considered) == ("", "visit", False)


@pytest.mark.parametrize("kind", ["choice", "choices", "level"])
def test_a_choice_of_nothing_is_a_box_for_words(kind: str) -> None:
    assert FormField(key="a", label="A", kind=kind).shape == "text"


def test_a_method_is_open_when_one_of_its_options_is_chosen() -> None:
    methods = keyed(keyed(shipped("two_axes").forms)["monitoring_form"].methods)
    opened = [key for key, method in methods.items() if method.is_used_with(("Pupil voice", "Data"))]
    assert opened == ["lesson_study"]
    assert not any(method.is_used_with(()) for method in methods.values())


def test_the_five_kinds_of_evidence_are_all_reached() -> None:
    """S3-31: each way of monitoring is one of the trust's kinds of source."""
    s3 = shipped("two_axes")
    method = keyed(s3.forms)["monitoring_form"].by_meaning["methods"]
    assert set(method.evidence.values()) == {"data", "work", "planning", "views", "observation"}
    assert set(method.options) - set(method.evidence) == {"Other"}


def test_what_follows_from_the_monitoring_form_is_known() -> None:
    form = keyed(shipped("two_axes").forms)["monitoring_form"]
    assert {*form.by_meaning} == {
        "focus", "date", "methods", "lead", "recommendations", "considered_on", "agreed_actions", "plan_changed",
        "plan_changes",
    }  # fmt: skip
    assert {*form.row_by_meaning} == {"year_group", "comment", "actions", "support", "impact_check"}
    assert [field.key for field in form.footer if field.at == "considered"] == [
        "considered_on", "agreed_actions", "plan_changed", "plan_changes",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["two_axes", "sustain_to_stabilise"])
def test_no_case_enters_a_safeguarding_review(name: str) -> None:
    form = keyed(shipped(name).forms)["safeguarding_review"]
    assert "No case is described here" in form.detail
    assert (form.visibility, form.head_fields["cases_sampled"].kind) == ("leaders", "number")
    assert "Write nothing about a case" in form.head_fields["cases_sampled"].hint


@pytest.mark.parametrize("name", NAMES)
def test_who_looks_at_a_lesson_names_nobody(name: str) -> None:
    """Every long box of a form that is filled in over lessons says so somewhere in the form."""
    for form in shipped(name).forms:
        if form.kind in ("monitoring", "evidence") and form.visibility == "leaders":
            hints = " ".join(field.hint.lower() for field in form.fields())
            assert "name no child or adult" in hints, form.key
            assert form.retention_months, form.key


def test_a_review_takes_its_form_from_the_level() -> None:
    review = ReviewType(key="r", label="R", form="full", form_by_level={"one": "light"})
    assert [review.form_for(level) for level in ("one", "four", None)] == ["light", "full", "full"]
