"""What waits for a person, in the words of the list of what is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from plans.queries.deciding import watches_to_end
from plans.queries.on_ladders import Watched
from reporting.queries.overview import Overview
from reporting.queries.waiting import APART, Waiting
from reporting.views.links import link
from reviews.rules.kinds import label_of
from schools.access import Permission, TrustRequest
from schools.strategy import Strategy
from schools.words import capital, counted, cut, year_words

P = Permission
SAID: dict[str, tuple[str, str, str]] = {
    "visit_reply": ("visit", "{}: is it accurate?", "Reply for the school, or comment. Then it is final."),
    "visit_consider": ("visit", "{}: to consider", "Put down what the school’s leaders agreed."),
    "review_sign": ("review", "{}: sign the work agreement", "Both sides sign before it begins."),
    "review_reply": ("review", "{}: read it for accuracy", "Say whether the facts are right before it is published."),
    "review_publish": ("review", "{}: ready to publish", "The school has answered, or its time is over."),
    "review_asked": ("review_wish", "Asked for: {}", "From the menu. Propose it, or say why not."),
    "programme": ("programme", "Programme for {}: read it and sign", "The other side has signed it."),
    "plan_answer": ("plan", "{}: to approve", "Approve it, with conditions or without, or return it."),
    "condition_meet": ("plan_condition", "Condition: {}", "A plan was approved with it. Say when it is met."),
    "condition_confirm": ("plan_condition", "Is it met? {}", "You set this condition. Confirm it, or send it back."),
    "step_decide": ("concern", "A step on the ladder to decide: {}", "One person proposes it, another decides."),
    "look_due": ("concern", "{}: a look is due", "The school has left the ladder and is watched. Say what you see."),
    "look_slips": (
        "concern",
        "{}: what led to the concern shows again",
        "Propose the step back onto the ladder, or look again.",
    ),
    "watch_end": ("concern", "{}: the watch can end", "Every look at the school was taken."),
    "plan_progress": ("plan_progress", "{}: how does it get on?", "Say what was done, and what changed for pupils."),
    "plan_over": ("plan_close", "{}: has it worked?", "Its time is up. Give your verdict, and begin the next."),
    "dispute": ("review", "{}: a concern waits for you", "You are its guarantor."),
    "practice_asked": ("practice_page", "A school asks to visit: {}", "Answer whether it can come."),
    "support_asked": ("support_request", "Asked for: {}", "Agree, put it off to a day, or say why not."),
    "support_draft": ("support_request", "To send: {}", "Written down in your school. Send it to the trust."),
    "support_confirm": ("support_booking", "{}: did it come?", "Confirm it, or say what was different."),
    "support_disputed": ("support_booking", "{}: the school says otherwise", "Settle it with the school."),
    "action_check": ("action", "{}", "Look at its impact."),
    "checklist_item": ("checklist_item", "{}", "Of the checklist, and yours to see to."),
    "action_late": ("action", "{}", "This action is past its day."),
}
"""Kind -> the page it leads to, its title and a note."""

COUNTS: dict[str, tuple[str, str, str, str, str]] = {
    "checks": (
        "monitoring", "#actions", "impact check is due", "impact checks are due",
        "Actions of all schools: has it worked?",
    ),
    "unsaid": (
        "support", "#waiting", "booking of support is past its day", "bookings of support are past their day",
        "Did it take place?",
    ),
    "progress_late": (
        "plans", "?late=on", "plan is late with its progress", "plans are late with their progress",
        "Plans of all schools whose update has not come.",
    ),
}  # fmt: skip
"""Kind told in one line for all schools -> the page and where on it, what is counted, and a note."""

AT_SCHOOL = ("visit_reply", "visit_consider")
LONGEST = 90  # characters of an action or a title


def lines_of(request: TrustRequest, waiting: Iterable[Waiting], seen: Overview) -> dict[int, list[dict[str, Any]]]:
    """By school, the lines of its list."""
    strategies = [sheet.strategy for sheet in seen.sheets]
    found: dict[int, list[dict[str, Any]]] = {}
    for one in waiting:
        found.setdefault(one.school_id, []).append(_line(request, one, strategies))
    return found


def trust_lines(request: TrustRequest, waiting: Iterable[Waiting], seen: Overview) -> list[dict[str, Any]]:
    """The lines of somebody who acts for the whole trust, each with its school, the nearest first."""
    names = {school.pk: school.known_as for school in seen.schools}
    strategies = [sheet.strategy for sheet in seen.sheets]
    found = []
    for one in waiting:
        if one.kind in SUMS:
            found += SUMS[one.kind](request, one, strategies)
            continue
        line = _line(request, one, strategies)
        school = names.get(one.school_id)
        found.append(line | {"note": f"{school}. {line['note']}" if school else line["note"]})
    return sorted(found, key=lambda line: line["due_on"] or date.min)


def watches(request: TrustRequest, watched: Iterable[Watched], seen: Overview) -> Iterator[Waiting]:
    """Looks that are due, for who raises concerns; watches that can end, for who ends them. One query at the most."""
    may_look, may_end = (request.access.may_everywhere(one) for one in (P.RAISE_CONCERN, P.DECIDE))
    due = [one for one in watched if one.on <= seen.calendar.today]
    over = [one.concern for one in due if not one.look and may_end]
    mine = watches_to_end(request.access, over, seen.followed.versions, seen.period) if over else set()
    for one in due:
        if may_look if one.look else one.concern in mine:
            kind = "look_slips" if one.slips else "look_due" if one.look else "watch_end"
            yield Waiting(kind, one.concern, one.school.pk, one.ladder, one.on)


def _line(request: TrustRequest, one: Waiting, strategies: Iterable[Strategy]) -> dict[str, Any]:
    page, title, note = SAID[one.kind]
    words = _named(one, strategies)
    url = _programme(request, one) if one.kind == "programme" else link(request, page, pk=one.pk)
    return {"title": title.format(words), "url": url, "note": note, "due_on": one.on}


def _programme(request: TrustRequest, one: Waiting) -> str:
    """The page of a school's year."""
    return f"{link(request, 'programme', school_id=one.pk)}?year={one.words}#record"


def _counts(request: TrustRequest, one: Waiting, strategies: Iterable[Strategy]) -> list[dict[str, Any]]:
    """One line for all schools; none where nothing is due."""
    if not one.pk:
        return []
    page, place, single, many, note = COUNTS[one.kind]
    said = capital(counted(one.pk, single, many))
    return [{"title": said, "url": f"{link(request, page)}{place}", "note": note, "due_on": one.on}]


def _follow_ups(request: TrustRequest, one: Waiting, strategies: Iterable[Strategy]) -> list[dict[str, Any]]:
    """One line for all schools and one form."""
    label = next((found.label for each in strategies if (found := each.form_by_key.get(one.words))), "")
    title = f"{capital(counted(one.pk, 'action'))} to follow up"
    url = f"{link(request, 'monitoring')}#to-follow"
    return [{"title": title, "url": url, "note": f"{label}. What came of them?", "due_on": None}]


SUMS = {**dict.fromkeys(COUNTS, _counts), "follow_up": _follow_ups}
"""What is told in one line for all schools."""


def _named(one: Waiting, strategies: Iterable[Strategy]) -> str:
    """The form or the kind of review as the strategies call it; of an action or a practice its own words."""
    if one.kind in AT_SCHOOL:
        key, _, subject = one.words.partition(APART)
        forms = (strategy.form_by_key.get(key) for strategy in strategies)
        label = next((form.label for form in forms if form), capital(key.replace("_", " ")))
        return cut(f"{label}, {subject}", LONGEST) if subject else label
    if one.kind == "programme":
        return year_words(int(one.words))
    if one.kind == "review_asked":
        menu = (item.label for strategy in strategies for item in strategy.menu if item.key == one.words)
        return next(menu, capital(one.words.replace("_", " ")))
    if one.kind.startswith("review") or one.kind == "dispute":
        plain = one.words.replace("_", " ")
        labels = (label_of(strategy, one.words) for strategy in strategies)
        return next((label for label in labels if label != plain), capital(plain))
    return cut(one.words, LONGEST)
