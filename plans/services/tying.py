"""What an action answers, as somebody chose it while writing a plan: a finding of a review, or a visit."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from plans.models import Action
from plans.queries.answerable import Answers, answers_now, is_tied
from reviews.models import Finding, Review
from schools.models import School

TIED = "It was agreed on this review or visit, or followed up there, and stays tied to it"


def answer(row: Action, answers: Answers | None, school: School | None) -> None:
    """Set what the action answers before it is saved; with none it is as it was. Then call `tie_to_visit`.

    Raises ValidationError where it stays tied to something else, or the school has no such finding or visit.
    """
    if answers is None or answers == (answers_now(row) if row.pk else Answers()):
        return
    if row.pk and is_tied(row):
        raise ValidationError({"answers": TIED})
    if answers.finding and answers.visit:
        raise ValidationError({"answers": "Choose a finding or a visit, not both"})
    if answers.key and not _is_of(school, answers):
        raise ValidationError({"answers": "Choose one of the list"})
    row.finding_id = answers.finding


def _is_of(school: School | None, answers: Answers) -> bool:
    """Whether the school can answer it: published, or final. Visits are of an app above, read by their link."""
    if school is None:
        return False
    if answers.visit:
        return school.visits.filter(pk=answers.visit, final_at__isnull=False).exists()
    found = Finding.objects.filter(pk=answers.finding, review__school=school, review__state=Review.State.PUBLISHED)
    return found.exists()


def tie_to_visit(row: Action, answers: Answers | None) -> None:
    """The link to the visit it answers, written by its name: visits are of an app above. Call it inside an act."""
    if answers is None or answers.visit == row.visit_actions.values_list("visit", flat=True).first():
        return
    row.visit_actions.all().delete()
    if answers.visit:
        row.visit_actions.create(visit_id=answers.visit)
