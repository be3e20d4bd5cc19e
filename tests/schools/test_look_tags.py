"""The tags of the look: right words, every text escaped, no tile without its word."""

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import override_settings

from schools.templatetags import look

ATTACK = '"><script>alert(1)</script>'


def rendered(source: str, **context) -> str:
    return Template("{% load look %}" + source).render(Context(context))


@pytest.mark.parametrize("step", [0, 1, 2, 3, 4, 5, "na", "3", None])
def test_every_step_has_a_shape_of_its_own(step):
    assert look.shape(step).startswith('<svg class="shape"')


def test_the_shapes_differ():
    assert len({look.shape(step) for step in (0, 1, 2, 3, 4, 5, "na")}) == 7


def test_a_step_without_a_tone_is_refused():
    with pytest.raises(KeyError):
        look.shape(6)


def test_a_rating_says_its_word_before_its_note():
    tile = look.rating("Refine", 3, "13 months", stale=True)
    assert 'class="rating r3 stale"' in tile
    assert tile.index("Refine") < tile.index("13 months")


def test_a_rating_without_a_word_is_unknown_not_empty():
    assert "Unknown" in look.rating("", None)


def test_in_print_a_shape_is_a_background():
    assert "<svg" not in look.rating("Refine", 3, printed=True)
    assert 's-3"></span>' in look.rating("Refine", 3, printed=True)


@pytest.mark.parametrize(
    "source",
    [
        "{% rating text 3 text %}",
        "{% chip 'due' text %}",
        "{% travel 'down' text %}",
        "{% section text note=text id=text %}{{ text }}{% endsection %}",
        "{% notice text role=text %}{{ text }}{% endnotice %}",
    ],
)
def test_every_text_is_escaped_once(source):
    html = rendered(source, text=ATTACK)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "&amp;lt;" not in html


def test_chips_say_their_state_by_themselves():
    assert "Draft" in look.chip("draft")
    assert "Returned to you" in look.chip("returned", "Returned to you")


@pytest.mark.parametrize(
    ("on", "said"),
    [
        (date(2026, 11, 25), "Due Wed 25 Nov"),
        (date(2026, 11, 20), "Due Fri 20 Nov"),
        (date(2026, 11, 19), "Overdue by 1 day<"),
        (date(2026, 11, 12), "Overdue by 8 days"),
    ],
)
def test_a_due_date_turns_overdue_the_day_after(on, said):
    assert said in look.due(on, date(2026, 11, 20))


def test_dates_are_british():
    context = {"d": date(2026, 11, 25)}
    assert rendered("{{ d|day }}", **context) == "Wednesday 25 November"
    assert rendered("{{ d|daymonth }}", **context) == "25 November"
    assert rendered("{{ d|daymonthyear }}", **context) == "25 November 2026"
    assert rendered("{{ d|day }}", d=None) == ""


@override_settings(TIME_ZONE="Europe/London")
def test_a_moment_is_told_in_the_local_clock():
    moment = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert look.clock(moment) == "00:30"
    assert look.daymonth(moment) == "1 July"
    assert look.days_overdue(moment, date(2026, 7, 3)) == 2


def test_a_section_names_itself():
    html = rendered("{% section 'What is due' note='This week' %}<p>x</p>{% endsection %}")
    assert 'aria-labelledby="s-what-is-due"' in html
    assert html.index("This week") < html.index("<p>x</p>")
