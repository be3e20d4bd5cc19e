"""Tags and filters of the look: `{% load look %}`.

Everything that comes from data is escaped here, once; the drawings are our own constants. A rating is a word and a
shape before it is a colour, so no tag here can draw a tile without its word.
"""

from datetime import date, datetime
from typing import Literal

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from schools import words

register = template.Library()

Step = int | str | None
"""The tone of a level, 1 (strongest) to 5 (most support); 0 or None is unknown; 'na' does not apply."""

_SVG = '<svg class="{}" viewBox="0 0 12 12" aria-hidden="true" focusable="false"{}>{}</svg>'
_STROKE = ' fill="none" stroke="currentColor" stroke-width="1.6"'

# Open shapes are strong, filled ones need support, so that the shape alone gives the order in greyscale.
_SHAPES = {
    step: SafeString(_SVG.format("shape", "", drawing))
    for step, drawing in {
        "0": '<circle cx="6" cy="6" r="4.6" fill="none" stroke="currentColor" stroke-width="1.5"'
        ' stroke-dasharray="2.4 2.4"/>',
        "1": '<path d="M6 .4l1.7 3.5 3.9.6-2.8 2.7.7 3.9L6 9.2l-3.5 1.9.7-3.9L.4 4.5l3.9-.6z" fill="currentColor"/>',
        "2": '<circle cx="6" cy="6" r="4.4" fill="none" stroke="currentColor" stroke-width="1.9"/>',
        "3": '<path d="M6 1.2L10.8 6 6 10.8 1.2 6z" fill="none" stroke="currentColor" stroke-width="1.8"/>',
        "4": '<path d="M6 .9l5.6 10.2H.4z" fill="currentColor"/>',
        "5": '<path d="M1.2 1.2h9.6v9.6H1.2z" fill="currentColor"/>',
        "na": '<path d="M3 6h6" stroke="currentColor" stroke-width="1.2"/>',
    }.items()
}

_ICONS = {
    name: SafeString(_SVG.format("ico", _STROKE, drawing))
    for name, drawing in {
        "tick": '<path d="M1.5 6.5l3 3 6-7"/>',
        "up": '<path d="M6 11V2M2 5.6L6 1.6l4 4"/>',
        "down": '<path d="M6 1v9M2 6.4l4 4 4-4"/>',
        "same": '<path d="M1 6h9M6.4 2l4 4-4 4"/>',
        "pen": '<path d="M1.5 10.5l.7-2.7 6-6 2 2-6 6z"/>',
        "clock": '<circle cx="6" cy="6" r="5"/><path d="M6 3v3l2 1.5"/>',
        "bent": '<path d="M10.5 10V6.5a2 2 0 0 0-2-2H2M4.8 1.7L2 4.5l2.8 2.8"/>',
        "bang": '<path d="M6 1v6M6 9.6v.8"/>',
        "offline": '<path d="M1 4.2a7.4 7.4 0 0 1 10 0M3 6.6a4.4 4.4 0 0 1 6 0M6 9.6v.2M1.5 10.8l9-10"/>',
    }.items()
}

# state: (icon, the words when none are given)
_CHIPS = {
    "draft": ("pen", "Draft"),
    "submitted": ("same", "Submitted"),
    "returned": ("bent", "Returned"),
    "agreed": ("tick", "Agreed"),
    "published": ("tick", "Published"),
    "shared": ("tick", "Shared"),
    "due": ("clock", "Due"),
    "overdue": ("clock", "Overdue"),
}


def _key(step: Step) -> str:
    """The name of a step in our classes and drawings. KeyError for a step there is no tone for."""
    key = "0" if step is None or step == "" else str(step)
    if key not in _SHAPES:
        raise KeyError(f"no tone for step {step!r}: use 0 to 5 or 'na'")
    return key


@register.simple_tag
def shape(step: Step, *, printed: bool = False) -> SafeString:
    """The shape of a step. `printed`: a CSS background, because an SVG without a title becomes a figure in the PDF."""
    key = _key(step)
    return format_html('<span class="shape s-{}"></span>', key) if printed else _SHAPES[key]


@register.simple_tag
def icon(name: str, *, printed: bool = False) -> SafeString:
    """One of our line drawings: tick, up, down, same, pen, clock, bent, bang, offline."""
    drawing = _ICONS[name]
    return format_html('<span class="ico i-{}"></span>', name) if printed else drawing


@register.simple_tag
def tone(step: Step) -> str:
    """The class that colours a step: 'r3'; 'na' where it does not apply."""
    key = _key(step)
    return key if key == "na" else f"r{key}"


@register.simple_tag
def rating(word: str, step: Step, sub: str = "", *, stale: bool = False, printed: bool = False) -> SafeString:
    """A rating's tile: shape, word, and a note such as '13 months' or 'one source'."""
    return format_html(
        '<span class="rating {}{}">{}<span class="word">{}</span>{}</span>',
        tone(step),
        " stale" if stale else "",
        shape(step, printed=printed),
        word or "Unknown",
        format_html(' <span class="sub">{}</span>', sub) if sub else "",
    )


@register.simple_tag
def travel(direction: Literal["up", "down", "same"], text: str, *, printed: bool = False) -> SafeString:
    """An arrow with the earlier word: `{% travel 'down' 'Was Refine, agreed 30 June' %}`. Up is stronger."""
    return format_html('<span class="travel">{}{}</span>', icon(direction, printed=printed), text)


@register.simple_tag
def chip(state: str, text: str = "") -> SafeString:
    """A status pill. States: draft, submitted, returned, agreed, published, shared, due, overdue."""
    picture, words = _CHIPS[state]
    return format_html('<span class="chip {}">{}{}</span>', state, _ICONS[picture], text or words)


@register.simple_tag
def due(when: date, today: date | None = None) -> SafeString:
    """A due date as a pill: 'Due Wed 25 Nov', and once it is past 'Overdue by 8 days'."""
    late = days_overdue(when, today)
    if not late:
        return chip("due", f"Due {shortday(when)}")
    return chip("overdue", f"Overdue by {late:,} day{'' if late == 1 else 's'}")


@register.simple_block_tag
def section(content: str, title: str, note: str = "", id: str = "") -> SafeString:  # noqa: A002 - HTML's own word
    """A ruled section, its name in the margin: `{% section 'Plan' note='One line' %}…{% endsection %}`."""
    anchor = id or f"s-{slugify(title)}"
    return format_html(
        '<section class="sec" aria-labelledby="{0}"><header><h2 id="{0}">{1}</h2>{2}</header>{3}</section>',
        anchor,
        title,
        format_html('<p class="note">{}</p>', note) if note else "",
        content,
    )


@register.simple_block_tag
def notice(content: str, title: str, *, alarm: bool = False, role: str = "", picture: str = "bang") -> SafeString:
    """A notice with a bar: `{% notice 'Title' alarm=True role='alert' %}<p>…</p>{% endnotice %}`."""
    return format_html(
        '<div class="notice{}"{}>{}<div><h2>{}</h2>{}</div></div>',
        " alarm" if alarm else "",
        format_html(' role="{}"', role) if role else "",
        _ICONS[picture],
        title,
        content,
    )


register.filter("pounds", words.pounds)
register.filter("plain", words.plain)
register.filter("unmarked", words.unmarked)


def _local(value: date | datetime) -> date | datetime:
    """A moment in the trust's clock; a date as it is."""
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _written(value: date | None, form: str) -> str:
    return format_date(_local(value), form) if value else ""


@register.filter
def day(value: date | None) -> str:
    """Wednesday 25 November."""
    return _written(value, "l j F")


@register.filter
def shortday(value: date | None) -> str:
    """Wed 25 Nov."""
    return _written(value, "D j M")


@register.filter
def daymonth(value: date | None) -> str:
    """25 November."""
    return _written(value, "j F")


@register.filter
def daymonthyear(value: date | None) -> str:
    """25 November 2026."""
    return _written(value, "j F Y")


register.filter("year_words", words.year_words)


@register.filter
def clock(value: datetime | None) -> str:
    """14:32."""
    return _written(value, "H:i")


@register.filter
def days_overdue(value: date | None, today: date | None = None) -> int:
    """Whole days since the date passed; 0 while it is today or to come."""
    if value is None:
        return 0
    local = _local(value)
    on = local.date() if isinstance(local, datetime) else local
    return max(((today or timezone.localdate()) - on).days, 0)
