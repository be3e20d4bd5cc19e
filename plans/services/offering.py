"""What a school or a person offers to give: suggested by the trust, confirmed by who speaks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone

from plans.models import Offer, OfferNotTo
from plans.queries.givers import is_of_trusts_team, posts_of
from schools.audit import record_act
from schools.models import Membership, School
from schools.services.news import about, heads_of, tell_people

MOST_DAYS, MOST_MINUTES = 60, 300
LONGEST = 300


@dataclass(frozen=True)
class OfferEntry:
    """What is offered. `areas` are keys of criteria; without `most_minutes` any journey is made."""

    areas: Sequence[str]
    most_days: int
    from_on: date
    per: str = Offer.Per.HALF_TERM
    until_on: date | None = None
    most_minutes: int | None = None
    not_to: Sequence[School] = ()
    not_to_why: str = ""
    although: str = ""
    note: str = ""
    base: School | None = None


def entry_of(row: Offer) -> OfferEntry:
    """What is offered as it stands. One query."""
    kept = [one.school for one in row.not_to.select_related("school")]
    return OfferEntry(**{name: getattr(row, name) for name in AS_KEPT}, not_to=kept)


AS_KEPT = (
    "areas", "most_days", "from_on", "per", "until_on", "most_minutes", "not_to_why", "although", "note", "base",
)  # fmt: skip


def confirm_offer(
    entry: OfferEntry, *, by: Membership, school: School | None = None, person: Membership | None = None
) -> Offer:
    """What a school's head says it can give, or what a person of the trust's own team can. Raises by field."""
    if person is not None and not is_of_trusts_team(posts_of(person)):
        raise ValidationError({"person": f"{person.user.name} is not of the trust’s own team"})
    return _save(entry, by, school, person, Offer.State.CONFIRMED)


def suggest_offer(entry: OfferEntry, *, by: Membership, school: School) -> Offer:
    """Somebody else writes down what a school might give. It gives nothing until the head has confirmed it.

    What the head has confirmed is the head's: it stands, and nothing is suggested over it.
    """
    if Offer.objects.filter(school=school, state=Offer.State.CONFIRMED).exists():
        raise ValidationError("The head has confirmed what the school offers. Ask the head to change it.")
    row = _save(entry, by, school, None, Offer.State.SUGGESTED)
    said = f"{by.user.name} suggests that your school could give {row.limit_words}."
    body = f"{said} Nothing is asked of it until you confirm."
    path, subject = f"schools/{school.pk}/exchange/", about(school, "could your school help others?")
    tell_people(heads_of(school.pk), by.trust, subject=subject, body=body, path=path, besides=by)
    return row


def _save(entry: OfferEntry, by: Membership, school: School | None, person: Membership | None, state: str) -> Offer:
    _check(entry, school)
    row = Offer.objects.select_for_update().filter(school=school, person=person).first()
    before = row.limit_words if row else ""
    did = "offer.confirmed" if state == Offer.State.CONFIRMED else "offer.suggested"
    name = school.known_as if school else person.user.name if person else ""
    words = dict(Offer.Per.choices)[entry.per]
    after = f"{entry.most_days} day{'' if entry.most_days == 1 else 's'} {words}"
    record_act(did, row or Offer, by=by, school=school, before=before, after=after, label=name, why=entry.note.strip())
    row = row or Offer(school=school, person=person, written_by=by, written_at=timezone.now())
    for field in ("most_days", "per", "from_on", "until_on", "most_minutes", "base"):
        setattr(row, field, getattr(entry, field))
    for field in ("not_to_why", "although", "note"):
        setattr(row, field, getattr(entry, field).strip())
    row.areas, row.state = list(entry.areas), state
    if state == Offer.State.CONFIRMED:
        row.confirmed_by, row.confirmed_at = by, timezone.now()
    row.save()
    _keep_from(row, entry.not_to)
    return row


def _keep_from(row: Offer, schools: Sequence[School]) -> None:
    wanted = {one.pk for one in schools}
    known = {one.school_id: one for one in row.not_to.all()}
    for pk, kept in known.items():
        if pk not in wanted:
            kept.delete()
    for school in schools:
        if school.pk not in known:
            OfferNotTo.objects.create(offer=row, school=school)


def _check(entry: OfferEntry, school: School | None) -> None:
    if not 0 <= entry.most_days <= MOST_DAYS:
        raise ValidationError({"most_days": f"Enter how many days at most, from 0 to {MOST_DAYS}"})
    if entry.per not in Offer.Per.values:
        raise ValidationError({"per": "Choose how often"})
    if entry.until_on and entry.until_on < entry.from_on:
        raise ValidationError({"until_on": "Choose a day after the first"})
    if entry.most_minutes is not None and not 0 < entry.most_minutes <= MOST_MINUTES:
        raise ValidationError({"most_minutes": f"Enter minutes from 1 to {MOST_MINUTES}, or leave it blank"})
    if school is not None and school in entry.not_to:
        raise ValidationError({"not_to": "This is the school itself"})
    if entry.not_to and not entry.not_to_why.strip():
        raise ValidationError({"not_to_why": "Say why, in a few words: an interest, the same people, a dispute"})
    for field in ("not_to_why", "although", "note"):
        if len(getattr(entry, field)) > LONGEST:
            raise ValidationError({field: f"Use at most {LONGEST} characters"})
