"""The record of changes in words: who, what, of which thing and where that is, from, to and why."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.urls import NoReverseMatch, resolve, reverse

from schools.access import Access, Permission
from schools.models import AuditEntry, StrategyVersion
from schools.queries import act_words
from schools.words import capital, cut

FOLD = 160
"""Letters of a reason that are shown; the rest unfolds."""

FINGERPRINT = re.compile(r"[0-9a-f]{64}")
FROM_OUTSIDE = {"trust.created", "person.invited", "invitation.sent_again"}
"""What the installation operator does in a trust, of which nobody is a member."""

PAGES = {
    "schools.meeting": ("meeting", "meeting_id"),
    "schools.school": ("school", "school_id"),
    "schools.membership": ("person", "pk"),
    "reporting.report": ("report", "pk"),
    "evidence.selfevaluation": ("sef_record", "pk"),
    "reviews.review": ("review", "pk"),
    "reviews.practice": ("practice_page", "pk"),
    "monitoring.visit": ("visit", "pk"),
    "plans.action": ("action", "pk"),
    "plans.checklistitem": ("checklist_item", "pk"),
    "plans.supportbooking": ("support_booking", "pk"),
    "plans.supportrequest": ("support_request", "pk"),
    "plans.concern": ("concern", "pk"),
    "plans.matchrun": ("match_run", "pk"),
    "plans.matchline": ("match_line", "pk"),
}
"""Where a thing has its page: the address and what it calls the thing's number."""

Page = tuple[str, dict[str, int]]


@dataclass(frozen=True)
class Told:
    """What is said of an entry beside who and when. An app that knows more than the entry replaces parts of it."""

    thing: str
    before: str
    after: str
    why: str
    page: Page | None = None


Teller = Callable[[Sequence[AuditEntry]], dict[int, dict[str, object]]]
TELLERS: list[Teller] = []
"""Each is given a page of entries and answers, by entry, the parts of `Told` it knows better, in so many queries."""


@dataclass(frozen=True)
class Line:
    """One entry as it is shown."""

    entry: AuditEntry
    who: str
    what: str
    thing: str
    url: str
    before: str
    after: str
    fingerprint: str
    why: str
    begins: str  # of a long reason: what is shown before it is unfolded

    @property
    def school(self) -> str:
        return self.entry.school.known_as if self.entry.school else ""


def lines_of(entries: Sequence[AuditEntry], access: Access, slug: str) -> list[Line]:
    """The entries in words, with links to what this person may open."""
    told = {entry.pk: _as_written(entry) for entry in entries}
    for teller in (_strategies, *TELLERS):
        for pk, parts in teller(entries).items():
            told[pk] = replace(told[pk], **parts)  # type: ignore[arg-type]
    return [_line(entry, told[entry.pk], access, slug) for entry in entries]


def _as_written(entry: AuditEntry) -> Told:
    page = PAGES.get(entry.about)
    return Told(
        thing=entry.label,
        before=entry.before,
        after=entry.after,
        why=entry.why,
        page=(page[0], {page[1]: entry.about_id}) if page and entry.about_id else None,
    )


def _line(entry: AuditEntry, told: Told, access: Access, slug: str) -> Line:
    sealed = FINGERPRINT.fullmatch(told.after) is not None
    return Line(
        entry=entry,
        who=_who(entry),
        what=act_words(entry.did),
        thing=capital(told.thing),
        url=_url(told.page, access, slug),
        before=capital(told.before),
        after="" if sealed else capital(told.after),
        fingerprint=told.after if sealed else "",
        why=told.why,
        begins=cut(told.why, FOLD) if len(told.why) > FOLD * 5 // 4 else "",
    )


def _who(entry: AuditEntry) -> str:
    if entry.by is not None:
        return entry.by.user.name
    if entry.did == "invitation.accepted":
        return entry.label  # the person invited, who was no member yet
    return "The installation operator" if entry.did in FROM_OUTSIDE else "The system"


def _url(page: Page | None, access: Access, slug: str) -> str:
    """Where it is; empty where there is no such page, or none this person may open."""
    if page is None:
        return ""
    try:
        url = reverse(page[0], kwargs={"trust": slug, **page[1]})
    except NoReverseMatch:
        return ""
    needs: Permission = resolve(url).func.needs  # type: ignore[attr-defined]
    return url if access.may(needs) else ""


def _strategies(entries: Sequence[AuditEntry]) -> dict[int, dict[str, object]]:
    """Which strategy was chosen, by its title. One query, none where none was."""
    chosen = [entry for entry in entries if entry.did == "strategy.chosen"]
    if not chosen:
        return {}
    rows = StrategyVersion.objects.order_by("version").values_list("key", "title", "pk")
    titles = {key: (title, pk) for key, title, pk in rows}
    return {
        entry.pk: {
            "thing": titles[entry.after][0],
            "after": "",
            "page": ("strategy_version", {"pk": titles[entry.after][1]}),
        }
        for entry in chosen
        if entry.after in titles
    }
