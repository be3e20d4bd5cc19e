"""Forms of the strategies on a page and on paper: controls, what is kept, rows, questions, and headings."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from schools.filled import MOST_ROWS, blank, shown
from schools.forms.filled import FilledForm
from schools.strategy import Strategy, read_strategy
from schools.strategy.forms import Form
from tests.schools.test_filled import EVERY, EVIDENCE, FORM, S3, S4, STRATEGIES, VISIT
from tests.strategies.reading import keyed

IDS = [f"{strategy.identity.key}-{form.key}" for strategy, form in EVERY]


class Controls(HTMLParser):
    """What a browser would send of a page, and the names and labels of its controls."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent = QueryDict(mutable=True)
        self.names: list[str] = []
        self.ids: set[str] = set()
        self.labelled: set[str] = set()
        self.inside: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: Any) -> None:
        at = dict(pairs)
        self.ids.add(at.get("id", ""))
        if tag == "label" and "for" in at:
            self.labelled.add(at["for"])
        if tag in ("input", "select", "textarea"):
            self.names.append(at["name"])
        if tag == "input" and (at.get("type") not in ("checkbox", "radio") or "checked" in at):
            self.sent.appendlist(at["name"], at.get("value") or "")
        if tag in ("select", "textarea"):
            self.inside = at["name"]
            self.sent.appendlist(at["name"], "")
        if tag == "option" and "selected" in at and self.inside:
            self.sent.setlist(self.inside, [at["value"]])

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self.inside:
            self.sent.setlist(self.inside, [data])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self.inside = None


def page(form: FilledForm) -> str:
    return render_to_string("components/filled_form.html", {"form": form})


def of(strategy: Strategy, definition: Form, answers: dict[str, Any] | None = None, **options: Any) -> FilledForm:
    return FilledForm(definition=definition, strategy=strategy, initial=answers, **options)


@pytest.mark.parametrize(("strategy", "definition"), EVERY, ids=IDS)
def test_every_field_of_every_form_is_on_the_page_and_on_paper(strategy: Strategy, definition: Form) -> None:
    html = page(of(strategy, definition))
    controls = Controls(html)
    visit = {field.key for field in definition.head_fields.values() if field.at == "visit"}
    rows = {f"r{n}-{field.key}" for n in range(MOST_ROWS) for field in definition.rows if field.at == "visit"}
    assert set(controls.names) == visit | rows
    paper = plain(render_to_string("components/filled_paper.html", {"paper": blank(strategy, definition)}))
    read = plain(render_to_string("components/filled_read.html", {"shown": shown(strategy, definition, {})}))
    for field in definition.fields():
        assert field.label in paper
        assert field.label in read or field in definition.rows
    assert definition.detail in plain(html)


def plain(html: str) -> str:
    return html.replace("&#x27;", "'").replace("&amp;", "&").replace("&quot;", '"')


@pytest.mark.parametrize(("strategy", "definition"), EVERY, ids=IDS)
def test_a_page_sent_as_it_stands_keeps_what_is_kept(strategy: Strategy, definition: Form) -> None:
    """What a browser sends back of a page that nobody touched is what it showed."""
    answers = {name: value for name, value in filled(strategy, definition).items() if value}
    form = FilledForm(Controls(page(of(strategy, definition, answers))).sent, definition=definition, strategy=strategy)
    assert {name: value for name, value in form.typed().items() if value is not None} == answers
    assert form.unread() == {}


def filled(strategy: Strategy, definition: Form) -> dict[str, Any]:
    """An answer in every field of the visit, and in two rows that are not next to each other."""
    fit = {"date": "2026-04-29", "time": "09:30", "number": "12.5", "yes_no": "no"}

    def answer(field: Any) -> Any:
        if field.shape == "level":
            return strategy.levels_of(field.scale)[-1].key
        if field.shape == "criterion":
            return strategy.criteria[-1].key
        if field.options:
            return list(field.options[:2]) if field.shape == "choices" else field.options[0]
        return fit.get(field.shape, "Words & <b>signs</b>")

    head = {key: answer(field) for key, field in definition.head_fields.items() if field.at == "visit"}
    rows = {f"r{n}-{field.key}": answer(field) for n in (0, 4) for field in definition.rows if field.at == "visit"}
    return head | rows


def test_a_day_is_shown_as_people_write_it_and_kept_as_a_day() -> None:
    form = of(S3, FORM, VISIT)
    assert form["date"].value() == "29 April 2026"
    typed = FilledForm({"date": "1/5/26"}, definition=FORM, strategy=S3).typed()
    assert typed["date"] == "2026-05-01"


def test_what_was_not_sent_stays_out_and_what_was_emptied_is_said() -> None:
    form = FilledForm(QueryDict("focus=&lead=R.+Ellison"), definition=FORM, strategy=S3)
    assert form.typed() == {"focus": None, "lead": "R. Ellison", "method": None}


def test_what_cannot_be_read_stands_beside_its_field_and_the_rest_is_kept() -> None:
    data = QueryDict("focus=Science&date=soon&r9-impact_check_on=never&r9-comment=Good")
    form = FilledForm(data, definition=FORM, strategy=S3)
    assert (form.typed()["focus"], form.typed()["r9-comment"]) == ("Science", "Good")
    assert "date" not in form.typed()
    asked = ["Enter the day like 16 October 2026"]
    assert form.unread() == {"date": asked, "r9-impact_check_on": asked}
    open_rows, _ = form.table_rows()
    assert (open_rows[9].has_errors, len(open_rows)) == (True, 11)
    assert page(form).count("Enter the day like 16 October 2026") == 2


def test_filled_rows_and_a_blank_one_stand_open() -> None:
    open_rows, more = of(S3, FORM, VISIT).table_rows()
    assert [(row.number, row.is_blank) for row in open_rows] == [
        (1, False), (2, True), (3, False), (4, True),
    ]  # fmt: skip
    assert len(open_rows) + len(more) == MOST_ROWS


def test_the_questions_of_the_chosen_methods_stand_open_and_all_are_there() -> None:
    html = page(of(S3, FORM, VISIT))
    opened = re.findall(r'data-guide="(\w+)"[^>]* open>', html)
    assert opened == ["array", "class_scrutiny"]
    assert all(question in plain(html) for method in FORM.methods for question in method.questions)


def test_questions_that_no_method_chooses_stand_open_on_screen_and_on_paper() -> None:
    report = keyed(S4.forms)["feedback_report"]
    assert re.findall(r'data-guide="(\w+)"[^>]* open>', page(of(S4, report, {}))) == ["qualities"]
    by_hand = render_to_string("components/filled_paper.html", {"paper": blank(S4, report)})
    assert all(plain(question) in plain(by_hand) for question in report.methods[0].questions)


def test_later_only_what_is_written_later_can_be_typed() -> None:
    form = of(S3, FORM, VISIT, at="considered")
    assert list(form.fields) == ["considered_on", "agreed_actions", "plan_changed", "plan_changes"]
    assert (form.head(), form.rows(), form.guides()) == ([], [], [])
    assert "<legend>Raising achievement plan changed</legend>" in page(form)


def test_later_only_rows_that_somebody_wrote_in_are_asked() -> None:
    later = {"key": "said", "label": "What was said", "at": "considered"}
    check = Form.model_validate(
        {"key": "check", "label": "Check", "rows": [{"key": "action", "label": "Action"}, later]}
    )
    form = of(S3, check, {"r3-action": "Look at phonics"}, at="considered")
    assert list(form.fields) == ["r3-said"]


def test_a_judgement_is_a_word_with_its_tone_and_may_be_taken_back() -> None:
    form = of(S4, EVIDENCE, {"outcomes": "needs_support"})
    html = page(form)
    assert 'name="outcomes" value="needs_support" checked' in html
    assert "Not judged" in html
    assert "the headings inspected from 2015 to 2019" in html
    assert FilledForm(QueryDict("outcomes="), definition=EVIDENCE, strategy=S4).typed()["outcomes"] is None


def test_parts_stand_in_the_order_of_the_file() -> None:
    html = page(of(S4, EVIDENCE))
    assert html.index('name="notes"') < html.index('name="development"') < html.index('name="outcomes"')


@pytest.mark.parametrize(("strategy", "definition"), EVERY, ids=IDS)
def test_every_control_has_a_label_and_every_id_is_there_once(strategy: Strategy, definition: Form) -> None:
    html = page(of(strategy, definition))
    controls = Controls(html)
    assert controls.labelled <= controls.ids
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    boxes = re.findall(r'<(?:select|textarea|input type="text")[^>]*\bid="([^"]+)"', html)
    assert set(boxes) <= controls.labelled
    assert set(re.findall(r'aria-describedby="([^"]+)"', html)) <= set(ids)


def test_what_is_typed_is_never_markup() -> None:
    bad = {"focus": "<script>x</script>", "r0-comment": "<b>", "recommendations": "</textarea><i>"}
    read = render_to_string("components/filled_read.html", {"shown": shown(S3, FORM, bad)})
    paper = render_to_string("components/filled_paper.html", {"paper": shown(S3, FORM, bad)})
    for html in (page(of(S3, FORM, bad)), read, paper):
        assert not re.search(r"<script|<b>|<i>", html)


def test_a_filled_sheet_holds_the_answers_and_a_blank_one_room_and_questions() -> None:
    filled_sheet = render_to_string("components/filled_paper.html", {"paper": shown(S3, FORM, VISIT)})
    assert "29 April 2026" in filled_sheet
    assert "Plans are sound." in filled_sheet
    assert 'class="box"' not in filled_sheet
    empty = render_to_string("components/filled_paper.html", {"paper": blank(S3, FORM)})
    assert empty.count('class="box"') == len(FORM.head_fields["method"].options) + 2
    assert 'class="ruled"' in empty
    assert FORM.methods[0].questions[0] in plain(empty)


def test_a_field_added_to_the_file_is_on_the_page_and_on_paper() -> None:
    text = (STRATEGIES / "two_axes.toml").read_text(encoding="utf-8")
    added = '[[forms.rows]]\nkey = "mood"\nlabel = "Mood of the room"\n\n[[forms.rows]]\nkey = "comment"'
    strategy = read_strategy(text.replace('[[forms.rows]]\nkey = "comment"', added, 1))
    definition = keyed(strategy.forms)["monitoring_form"]
    assert 'name="r0-mood"' in page(of(strategy, definition))
    assert "Mood of the room" in render_to_string(
        "components/filled_paper.html", {"paper": blank(strategy, definition)}
    )
    assert "Mood" not in page(of(S3, FORM))
