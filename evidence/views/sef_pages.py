"""What the pages of a self-evaluation show, prepared so that templates decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from evidence.forms.named import names_in
from evidence.forms.sef import SectionForm, values_of
from evidence.models import SefSection, SelfEvaluation, State
from evidence.queries.sef import (
    edition_before,
    editions_of,
    entry_of,
    layout_for,
    may_agree,
    readable_sefs,
    sections_of,
    sees_draft,
)
from evidence.queries.sef_reading import SectionShown, shown_in, shown_now
from evidence.rules.sef_changes import words_changed
from evidence.rules.sef_entry import SectionEntry, lacking
from evidence.rules.sef_layouts import SectionRule
from evidence.rules.text import as_words
from evidence.services.sef_writing import SectionConflict
from schools.access import Access, Permission, TrustRequest
from schools.words import on

NAMED_IN = ("strengths", "development")


def sef_for(request: TrustRequest, school_id: int, period_id: int) -> SelfEvaluation:
    """The self-evaluation, if this person may read any of it, or 404."""
    found = readable_sefs(request.access).filter(school=school_id, period=period_id).first()
    if found is None:
        raise Http404
    return found


def address(name: str, sef: SelfEvaluation, trust: str, **more: Any) -> str:
    """The address of a page of this self-evaluation."""
    return reverse(name, kwargs={"trust": trust, "school_id": sef.school_id, "period_id": sef.period_id, **more})


def label_of(sef: SelfEvaluation) -> str:
    """What the trust calls it."""
    return sef.strategy_version.strategy.self_evaluation.label


def overview_of(request: TrustRequest, sef: SelfEvaluation) -> dict[str, Any]:
    """Every section as this person may read it: its writers the draft, everybody else the last edition."""
    access, trust = request.access, request.trust.slug
    drafting = sees_draft(access, sef)
    editions = editions_of(sef)
    sections = shown_now(sef) if drafting and sef.is_open else shown_in(editions[-1]) if editions else []
    may_write = drafting and sef.is_open
    parts = [{"shown": one, "url": address("sef_area", sef, trust, area=one.key)} for one in sections]
    left = [part for part, one in zip(parts, sections, strict=True) if may_write and one.missing]
    return {
        "sef": sef,
        "label": label_of(sef),
        "layout": layout_for(sef),
        "guidance": sef.strategy_version.strategy.self_evaluation.guidance,
        "parts": parts,
        "done": len(parts) - len(left),
        "left": left,
        "carried": sum(one.carried for one in sections),
        "may_write": may_write,
        "may_submit": may_write and access.may(Permission.SUBMIT_SEF, sef.school_id),
        "may_agree": sef.state == State.SUBMITTED and may_agree(access, sef),
        "editions": editions,
        "edition": editions[-1] if editions and not may_write else None,
        "changes_url": address("sef_changes", sef, trust) if editions or may_write else "",
        "today": timezone.localdate(),
    }


def rail(sef: SelfEvaluation, rows: Mapping[str, SefSection], here: str, trust: str) -> dict[str, Any]:
    """The sections as a rail, with the places next to the one at hand marked. No query."""
    steps = [_step(sef, one, trust) for one in shown_now(sef, rows)]
    at = next(place for place, step in enumerate(steps) if step["key"] == here)
    for place, step in enumerate(steps):
        step["current"], step["near"] = place == at, abs(place - at) <= 1
    return {
        "steps": steps,
        "place": at + 1,
        "next_url": steps[at + 1]["url"] if at + 1 < len(steps) else "",
        "next_label": "Save and next section" if at + 1 < len(steps) else "",
        "sef_url": address("sef", sef, trust),
        "autosave_url": address("sef_autosave", sef, trust, area=here),
    }


def _step(sef: SelfEvaluation, one: SectionShown, trust: str) -> dict[str, Any]:
    step = {"key": one.key, "label": one.label, "url": address("sef_area", sef, trust, area=one.key), "note": one.note}
    done = not one.missing and not one.carried
    return {**step, "word": one.word if done and one.judged else "", "step": one.step}


def area_page(sef: SelfEvaluation, area: SectionRule, form: SectionForm, trust: str) -> dict[str, Any]:
    """One section to write, with last term's beside it. Four queries."""
    rows = sections_of(sef)
    row = rows.get(area.key)
    named = named_in(form, sef.school_id)
    open_rows, more_rows = form.split_rows(named)
    return {
        "sef": sef,
        "area": area,
        "label": label_of(sef),
        "guidance": sef.strategy_version.strategy.self_evaluation.guidance,
        "form": form,
        "rows": open_rows,
        "more_rows": more_rows,
        "carried": row.carried if row else False,
        "before": before_of(sef, area, row),
        "named": named,
        "missing": lacking(area, entry_of(row) if row else SectionEntry()),
        **rail(sef, rows, area.key, trust),
    }


def before_of(sef: SelfEvaluation, area: SectionRule, row: SefSection | None) -> dict[str, Any] | None:
    """What the section said last term, and how its words have changed since. One query."""
    edition = edition_before(sef.school_id, sef.period)
    shown = next((one for one in shown_in(edition) if one.key == area.key), None) if edition else None
    if edition is None or shown is None:
        return None
    now = entry_of(row) if row else SectionEntry()
    period = edition.part_of.period
    return {"period": period, "word": shown.word, "step": shown.step, **changes_between(shown.entry, now)}


def changes_between(before: SectionEntry, after: SectionEntry) -> dict[str, Any]:
    """The words that changed, by text, as they are read: without the marks for headings, lists and bold."""
    pairs = {name: (as_words(getattr(before, name)), as_words(getattr(after, name))) for name in NAMED_IN}
    found = {name: words_changed(*texts) for name, texts in pairs.items()}
    found["evidence"] = words_changed(_lines(before), _lines(after))
    return {**found, "differs": any(piece.kind != "same" for pieces in found.values() for piece in pieces)}


def _lines(entry: SectionEntry) -> str:
    parts = [(one.what, one.source, on(one.on) if one.on else "") for one in entry.whole.evidence]
    return "\n".join(", ".join(filter(None, line)) for line in parts)


def named_in(form: SectionForm, school_id: int) -> dict[str, str]:
    """By control, a sentence where a person seems to be named. One query, none where nothing is written."""
    names = [name for name in form.fields if name in NAMED_IN or name.endswith(("-what", "-source"))]
    return names_in({name: str(form[name].value() or "") for name in names}, school_id)


def conflict_fields(clash: SectionConflict, form: SectionForm, access: Access) -> list[dict[str, Any]]:
    """Each control that two people wrote differently, with both sides as the control holds them."""
    author, at = clash.theirs.author, clash.theirs.written_at
    theirs, mine = values_of(entry_of(clash.theirs)), values_of(clash.mine) | form.typed()
    labels = {one.key: one.label for one in form.area.judgements}
    found = []
    for name in (name for name in form.fields if theirs[name] != mine[name]):
        sides = (theirs[name], mine[name])
        worded = tuple(labels.get(side, side) for side in sides) if name == "judgement" else sides
        found.append(
            {
                "field": name,
                "label": plain(form[name].label),
                "by": "You" if author is None or author.pk == access.membership.pk else author.user.name,
                "at": clock(at),
                "theirs": theirs[name],
                "mine": mine[name],
                "theirs_words": worded[0],
                "mine_words": worded[1],
                "may_join": name not in ("judgement",) and not name.endswith("-on"),
            }
        )
    return found


def plain(label: Any) -> str:
    """A label without the element that hides a part of it."""
    return str(label).replace('<span class="vh">', "").replace("</span>", "")


def clock(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%H:%M}" if moment else ""
