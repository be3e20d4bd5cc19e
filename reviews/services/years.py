"""The programme of a school and year: begun, written by both sides, signed by both, and taken up anew."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone

from reviews.models import ProgrammeEdition, YearProgramme
from reviews.queries.years import TRUST, form_for
from reviews.rules.years import form_of_year
from schools.audit import record_act
from schools.filled import Value, lacking
from schools.models import Membership, School, StrategyVersion
from schools.rules import academic_year
from schools.services.filling import SavedAnswers, keep_answers
from schools.services.news import about, heads_of, holding, tell_people
from schools.strategy import Role
from schools.words import year_words

LONGEST_REASON = 1000


def begin_year(school: School, version: StrategyVersion, *, year: int, by: Membership) -> YearProgramme:
    """Begin the record of this year or the next. Raises ValidationError where there is one, or no form for it."""
    form, now = form_of_year(version.strategy), academic_year(timezone.localdate())
    if form is None:
        raise ValidationError("The strategy has no record of a school’s year.")
    if year not in (now, now + 1):
        raise ValidationError("A record is begun for this year or for the next.")
    School.objects.select_for_update(no_key=True).get(pk=school.pk)  # of two at once the second finds the first
    if YearProgramme.objects.filter(school=school, year=year).exists():
        raise ValidationError("Somebody has begun this record already.")
    label = _label(form.label, school, year)
    record_act("programme.begun", YearProgramme, by=by, school=school, after=year_words(year), label=label)
    field = form.by_meaning.get("year")
    return YearProgramme.objects.create(
        school=school, strategy_version=version, form=form.key, year=year, begun_at=timezone.now(), begun_by=by,
        answers={field.key: year_words(year)} if field else {},
    )  # fmt: skip


def save_year(row: YearProgramme, typed: Mapping[str, Value | None], *, by: Membership, version: int) -> SavedAnswers:
    """Write what was typed in a form opened at `version`. Not an act."""
    locked = locked_year(row)
    if not locked.is_written:
        raise ValidationError(f"{locked.state_words}, so it cannot be changed. Take it up anew first.")
    return keep_answers(locked, typed, by=by, version=version)


def sign_year(row: YearProgramme, side: str, *, by: Membership, read: int) -> YearProgramme:
    """Sign for one side; when both have, it is agreed, and an edition keeps its words. Nobody signs for both.

    `read` is the version of the page: words changed since are not signed unread.
    """
    locked = locked_year(row)
    if getattr(locked, f"{side}_signed_at") is not None:
        raise ValidationError("This side has signed already.")
    if lacks := lacking(form_for(locked), locked.answers):
        raise ValidationError(
            f"Something is missing before it can be signed: {'; '.join(words for _, words in lacks)}."
        )
    if read != locked.version:
        raise ValidationError("It has changed since you opened this page. Read it, then sign.")
    if by.pk == (locked.school_signed_by_id if side == TRUST else locked.trust_signed_by_id):
        raise ValidationError("You have signed for the other side. Somebody else signs for this one.")
    record_act("programme.signed", locked, by=by, school=locked.school, after=f"for the {side}", label=named(locked))
    setattr(locked, f"{side}_signed_at", timezone.now())
    setattr(locked, f"{side}_signed_by", by)
    locked.save()
    if locked.is_agreed:
        _keep_edition(locked)
    said = "It is agreed." if locked.is_agreed else "Read it and sign for your side."
    _tell(locked, side, by=by, subject=f"signed by the {side}", body=f"{by.user.name} has signed it. {said}")
    return locked


def _keep_edition(row: YearProgramme) -> None:
    signed = ("trust_signed_at", "trust_signed_by", "school_signed_at", "school_signed_by")
    kept = {name: getattr(row, name) for name in signed}
    ProgrammeEdition.objects.create(programme=row, number=row.editions.count() + 1, answers=row.answers, **kept)


def take_up_year(row: YearProgramme, side: str, *, by: Membership, reason: str) -> YearProgramme:
    """Open what was signed to be written anew, with a reason. What both had agreed stays as an edition."""
    locked, reason = locked_year(row), reason.strip()
    if locked.is_written:
        raise ValidationError("It is being written already.")
    if not reason:
        raise ValidationError({"reason": "Say why, in a sentence. The other side reads it."})
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"Use at most {LONGEST_REASON:,} characters; this has {len(reason):,}."})
    before = locked.state_words.lower()
    record_act(
        "programme.taken_up", locked, by=by, school=locked.school, before=before, why=reason, label=named(locked)
    )
    locked.trust_signed_at = locked.trust_signed_by = locked.school_signed_at = locked.school_signed_by = None
    locked.save()
    _tell(locked, side, by=by, subject="taken up anew", body=f"{by.user.name} takes it up anew: “{reason}”")
    return locked


def locked_year(row: YearProgramme) -> YearProgramme:
    """The row as it is now, held until the act is done."""
    rows = YearProgramme.objects.select_for_update(of=("self",)).select_related("school__trust", "strategy_version")
    return rows.get(pk=row.pk)


def named(row: YearProgramme) -> str:
    """“Programme for the year 2026/27, Dunmere Primary”."""
    return _label(form_for(row).label, row.school, row.year)


def _label(form: str, school: School, year: int) -> str:
    return f"{form} {year_words(year)}, {school.known_as}"


def _tell(row: YearProgramme, side: str, *, by: Membership, subject: str, body: str) -> None:
    """The other side hears of it in the morning."""
    people = heads_of(row.school_id) if side == TRUST else holding(Role.SI_LEAD, Role.DIRECTOR)
    subject = about(row.school, f"programme {year_words(row.year)} {subject}")
    path = f"schools/{row.school_id}/programme/?year={row.year}"
    tell_people(people, row.school.trust, subject=subject, body=body, path=path, besides=by)
