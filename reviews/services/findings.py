"""What a review found: tied to a criterion, to an area of the framework, and to its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError

from evidence.queries.sef import layout_for_school
from reviews.models import Finding, Review
from reviews.queries.reviews import form_for
from reviews.services.agreeing import locked_review, named
from reviews.services.writing import require_writable
from schools.audit import record_act
from schools.filled import rows_of
from schools.models import Membership
from schools.words import cut

LONGEST_TEXT = 4000
KINDS = Finding.Kind
MEANS = {"strengths": KINDS.WELL, "development": KINDS.BETTER, "excellence": KINDS.EXCELLENCE}
"""What a field of the form means -> the kind of finding its words are."""


@dataclass(frozen=True)
class FindingEntry:
    """A finding as it is written."""

    kind: str
    text: str
    criterion: str = ""
    area: str = ""
    evidence: str = ""


def criteria_of(review: Review) -> list[tuple[str, str]]:
    """The criteria of the strategy, key and label."""
    return [(one.key, one.label) for one in review.strategy_version.strategy.criteria]


def areas_of(review: Review) -> list[tuple[str, str]]:
    """The areas of the framework that the school evaluates itself in, key and label."""
    layout = layout_for_school(review.strategy_version.strategy, review.school)
    return [(one.key, one.label) for one in layout.areas]


def add_finding(review: Review, entry: FindingEntry, *, by: Membership) -> Finding:
    """Write down one thing it found."""
    locked = _checked(review, entry)
    record_act("finding.added", Finding, by=by, school=locked.school, after=_said(entry), label=named(locked))
    return Finding.objects.create(review=locked, **vars(entry))


def change_finding(finding: Finding, entry: FindingEntry, *, by: Membership) -> Finding:
    """Put it in other words, or tie it elsewhere."""
    locked = _checked(finding.review, entry)
    record_act(
        "finding.changed",
        finding,
        by=by,
        school=locked.school,
        before=cut(finding.text, 200),
        after=_said(entry),
        label=named(locked),
    )
    for name, value in vars(entry).items():
        setattr(finding, name, value)
    finding.save()
    return finding


def remove_finding(finding: Finding, *, by: Membership) -> None:
    """Take it out before it is published."""
    locked = locked_review(finding.review)
    require_writable(locked)
    record_act(
        "finding.removed", finding, by=by, school=locked.school, before=cut(finding.text, 200), label=named(locked)
    )
    finding.delete()


def _checked(review: Review, entry: FindingEntry) -> Review:
    locked = locked_review(review)
    require_writable(locked)
    if entry.kind not in KINDS.values:
        raise ValidationError({"kind": "Choose what kind of finding it is."})
    if not entry.text.strip():
        raise ValidationError({"text": "Write what was found."})
    if max(len(entry.text), len(entry.evidence)) > LONGEST_TEXT:
        raise ValidationError({"text": f"Use at most {LONGEST_TEXT:,} characters."})
    if entry.criterion and entry.criterion not in dict(criteria_of(locked)):
        raise ValidationError({"criterion": "Choose one of the criteria."})
    if entry.area and entry.area not in dict(areas_of(locked)):
        raise ValidationError({"area": "Choose one of the areas."})
    return locked


def _said(entry: FindingEntry) -> str:
    return cut(f"{KINDS(entry.kind).label}: {entry.text}", 200)


def take_from_form(review: Review) -> None:
    """Findings from the form's words on what went well, even better if and excellence, and from each of its rows.

    Part of the act of sending. A finding made so before follows the form's words; what it is tied to stays.
    """
    known = {one.answer: one for one in Finding.objects.filter(review=review).exclude(answer="")}
    for name, kind, text in found_in_form(review):
        found = known.pop(name, None)
        if found is None:
            Finding.objects.create(review=review, kind=kind, text=text[:LONGEST_TEXT], answer=name)
        elif found.text != text[:LONGEST_TEXT]:
            found.text = text[:LONGEST_TEXT]
            found.save(update_fields=["text"])


def found_in_form(review: Review) -> Iterator[tuple[str, str, str]]:
    """What the form says that becomes a finding: the answer's name, the kind and the words."""
    form = form_for(review)
    for means, kind in MEANS.items():
        field = form.by_meaning.get(means)
        said = review.answers.get(field.key) if field else None
        if field is not None and isinstance(said, str):
            yield field.key, kind, said
    comment, focus = form.row_by_meaning.get("comment"), form.row_by_meaning.get("focus")
    for row in rows_of(form, review.answers) if comment else ():
        said = row.values.get(comment.key) if comment else None
        if comment is not None and isinstance(said, str):
            told = row.values.get(focus.key, "") if focus else ""
            about = told.rstrip(" .:;,") if isinstance(told, str) else ""
            yield row.name(comment.key), KINDS.FINDING, f"{about}: {said}" if about else said
