"""The parts of a school's page, as its template wants them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from categorisation.access import Sight
from categorisation.services.deciders import to_decide_in
from reporting.queries.categories import Category
from reporting.queries.school import AxisStory, SchoolStory, Told
from reporting.rules.opening import day_month, short_labels
from reporting.views.links import actions, link
from schools.access import Permission, TrustRequest
from schools.models import Period, School
from schools.words import capital, counted, listed, on, verb

SENT = ("submitted", "agreed")


def labels(story: SchoolStory) -> dict[str, str]:
    """The axes in few words."""
    axes = [one.axis for one in story.axes]
    return dict(zip((axis.key for axis in axes), short_labels([axis.label for axis in axes]), strict=True))


def to_decide(request: TrustRequest, story: SchoolStory | None) -> list[str]:
    """The axes that this person decides today; who stands in only where nobody before them can."""
    if story is None or not request.access.may(Permission.DECIDE, story.school.pk):
        return []
    told: dict[str, Any] = {"access": request.access, "period": story.period, "meeting": None}
    axes = [one.axis.key for one in story.axes if one.category.state == "proposed"]
    return [one for one in axes if to_decide_in([story.school.pk], story.strategy, one, **told)]


def head(
    request: TrustRequest, school: School, story: SchoolStory | None, sight: Sight, *, phase: str, decides: list[str]
) -> dict[str, Any]:
    place = [phase]
    if school.pupils is not None:
        place.append(f"{school.pupils:,} pupils")
    place += [f"URN {school.urn}", *([school.la_name] if school.la_name else [])]
    return {
        "title": school.name,
        "place": ", ".join(place),
        "parent_label": "Schools",
        "parent_url": link(request, "schools"),
        "lede": lede(story) if story else "",
        "actions": _actions(request, school, story, sight, decides) if story else [],
    }


def _actions(
    request: TrustRequest, school: School, story: SchoolStory, sight: Sight, decides: list[str]
) -> list[dict[str, str]]:
    """Deciding comes first, then what the matrix waits for."""
    access, found = request.access, []
    if decides:
        found.append(("Record the decision", link(request, "decide", school_id=school.pk, axis=decides[0])))
    matrix = story.strategy.identity.words.matrix
    state = story.begun.state if story.begun else ""
    if state not in SENT and access.may(Permission.RATE, school.pk):
        word = "Carry on with" if state else "Begin"
        found.append((f"{word} the {matrix}", matrix_url(request, story, story.asked)))
    if state == "submitted" and story.begun and access.may(Permission.MODERATE, school.pk):
        url = link(request, "matrix_moderate", school_id=school.pk, period_id=story.begun.row.period_id)
        found.append((f"Moderate the {matrix}", url))
    return actions(*found)


def matrix_url(request: TrustRequest, story: SchoolStory, period: Period) -> str:
    return link(request, "matrix", school_id=story.school.pk, period_id=period.pk)


def lede(story: SchoolStory) -> SafeString:
    """The answer first: what is proposed or agreed, and when people decide."""
    said = [_standing(story, alike) for alike in _alike(story)]
    if not said and story.rated:
        said = [_ratings(story)]
    if not said:
        return SafeString("Nothing has been agreed about this school yet.")
    if story.meeting and any(one.category.state != "agreed" for one in story.axes):
        said.append(format_html("The {} decides on {}.", _meeting_word(story), day_month(story.meeting.day)))
    return format_html_join(" ", "{}", ((one,) for one in said))


def _meeting_word(story: SchoolStory) -> str:
    return story.strategy.identity.words.risk_meeting


def _alike(story: SchoolStory) -> list[list[Category]]:
    """The categories in groups of which the same can be said."""
    groups: dict[tuple[object, ...], list[Category]] = {}
    for one in (story.category for story in story.axes):
        key = (one.state, one.word, one.moved, one.between, one.since, bool(one.was))
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _standing(story: SchoolStory, alike: Sequence[Category]) -> SafeString:
    category = alike[0]
    axes = listed([one.axis_label[:1].lower() + one.axis_label[1:] for one in alike])
    where = f" for {axes}" if len(story.axes) > 1 else ""
    word = format_html("<strong>{}</strong>", category.word)
    if category.state == "open":
        return format_html("No {} yet{}.", story.strategy.identity.words.category, where)
    if category.between:
        return format_html("{}{}: between {} and {}.", word, where, *category.between)
    if category.state == "agreed":
        return format_html("{}{}, agreed on {}.", word, where, on(category.since) if category.since else "")
    if category.moved:
        return format_html("Proposed to move to {}{}.", word, where)
    return format_html("Proposed to stay at {}{}." if category.was else "Proposed: {}{}.", word, where)


def _ratings(story: SchoolStory) -> SafeString:
    latest = story.rated[0]
    asked = [cell for cell in latest.cells if cell.applies]
    weak = sum(cell.step in (4, 5) for cell in asked)
    return format_html(
        "{} of {} {} a closer look in the {} of {}.",
        capital(counted(weak, "criterion", "criteria")).removesuffix(" criteria").removesuffix(" criterion"),
        counted(len(asked), "criterion", "criteria"),
        verb(weak, "asks for", "ask for"),
        story.strategy.identity.words.matrix,
        latest.period.short,
    )


def boxes(story: SchoolStory) -> list[dict[str, Any]]:
    """A large tile for each axis."""
    short = labels(story)
    return [_box(story, one, short[one.axis.key]) for one in story.axes]


def _box(story: SchoolStory, one: AxisStory, label: str) -> dict[str, Any]:
    category = one.category
    state = f"agreed {on(category.since)}" if category.state == "agreed" and category.since else category.state
    box = {"heading": f"{label}, {state}", "word": category.word, "step": category.step, "direction": "same"}
    if category.state == "open":
        due = f"The {_meeting_word(story)} decides on {on(story.meeting.day)}." if story.meeting else ""
        return box | {"heading": label, "note": due or "Nothing has been decided."}
    if category.between:
        box["note"] = "Between {} and {}, as the evidence stands.".format(*category.between)
    agreed = f", agreed {on(one.latest.row.effective_on)}" if category.state == "proposed" and one.latest else ""
    if category.moved or (category.between and category.was):
        return box | {"was": f"Was {category.was}{agreed}", "direction": category.travel or "same"}
    if one.here_since and one.here_since != category.since:
        return box | {"was": f"Here since {on(one.here_since)}"}
    return box | ({"was": f"As before{agreed}"} if category.was else {})


def blocks(request: TrustRequest, story: SchoolStory, decides: list[str]) -> list[dict[str, Any]]:
    """For each axis why it is where it is, the reason people gave, and the school's reply or its deadline."""
    short = labels(story)
    shown = [one for one in story.axes if one.category.state != "open"]
    return [_block(request, story, one, short[one.axis.key], one.axis.key in decides) for one in shown]


def _block(request: TrustRequest, story: SchoolStory, one: AxisStory, label: str, decides: bool) -> dict[str, Any]:
    category, latest = one.category, one.latest
    proposed = category.state == "proposed"
    decide = link(request, "decide", school_id=story.school.pk, axis=one.axis.key) if decides else ""
    return {
        "id": f"why-{one.axis.key}",
        "title": f"Why {category.word}" if len(story.axes) == 1 else f"{label}: why {category.word}",
        "word": category.word if category.step else "this",
        "why": one.why,
        "reason": latest.row.said if latest and not proposed else "",
        "decide_url": decide,
        "decision_url": link(request, "decision", decision_id=latest.row.pk) if latest and not proposed else "",
        "reply": reply(latest) if latest and not proposed else None,
    }


def reply(told: Told) -> dict[str, Any]:
    """The school's words, or until when it may still reply, or that it did not."""
    if told.answer:
        return {
            "text": told.answer.text,
            "by": f"{told.answer.by}, {told.answer.job or 'headteacher'}",
            "on": timezone.localtime(told.answer.at).date(),
        }
    if told.row.reply_due_on >= timezone.localdate():
        return {"waiting": f"The school may reply until {on(told.row.reply_due_on)}."}
    return {"waiting": f"The school did not reply by {on(told.row.reply_due_on)}."}


def support(request: TrustRequest, school: School, *, with_ladder: bool, with_checklist: bool) -> list[dict[str, str]]:
    """The ways to its visits, reviews, actions, support, concerns and what it shows others. No query."""
    access, found = request.access, []
    if access.may(Permission.SEE_VISITS, school.pk):
        found.append(("Visits", f"{link(request, 'monitoring')}?school={school.pk}"))
        found.append(("Evidence by subject", link(request, "school_triangulation", school_id=school.pk)))
        found.append(("Monitoring this term", f"{link(request, 'monitoring_term')}?school={school.pk}"))
    if access.may(Permission.SEE_REVIEWS, school.pk):
        found.append(("Reviews and programme for the year", link(request, "programme", school_id=school.pk)))
    if access.may(Permission.SEE_PLANS, school.pk):
        found.append(("Plans", link(request, "school_plans", school_id=school.pk)))
        found.append(("Actions", link(request, "school_actions", school_id=school.pk)))
        if with_checklist:
            found.append(("Checklist", link(request, "checklist", school_id=school.pk)))
    if access.may(Permission.SEE_SUPPORT, school.pk):
        found.append(("Support: owed, booked and delivered", link(request, "school_support", school_id=school.pk)))
    if with_ladder and access.may(Permission.SEE_CONCERNS, school.pk):
        found.append(("Concerns", link(request, "school_concerns", school_id=school.pk)))
    if access.may(Permission.SEE_PRACTICE):
        found.append(("What it shows others", f"{link(request, 'practice')}?school={school.pk}"))
    return [{"label": label, "url": url} for label, url in found]
