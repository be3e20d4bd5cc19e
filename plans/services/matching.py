"""A half term's matching: worked out, changed by hand, and accepted line by line, each into a booking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from plans.models import MatchLine, MatchRun, Offer, SupportBooking, SupportRequest
from plans.queries.matching import lines_of, matches_of, problem_for, removed_of, request_of
from plans.rules.exchange import Match, Problem, broken, problem_of
from plans.rules.exchange_solve import solve
from plans.rules.exchange_words import others, why
from plans.services.booking import Terms, book_support
from plans.services.support_days import check_days
from schools.audit import record_act
from schools.models import Membership, Period, School
from schools.queries import strategy_of
from schools.words import counted
from schools.words import on as day_words

State = MatchLine.State
MOST_DAYS = 40
LONGEST_REASON = 500


def solve_matching(period: Period, *, by: Membership) -> MatchRun:
    """Work a half term's matching out, or work it out again: what is pinned stays, and what was taken out stays out."""
    if not period.half or period.school_id:
        raise ValidationError({"period": "Choose one of the half terms"})
    run = MatchRun.objects.select_for_update(of=("self",)).filter(period=period).first()
    record_act("match.solved", run or MatchRun, by=by, label=period.label)
    return work_out(run or MatchRun(period=period), by=by, at=timezone.now())


def work_out(run: MatchRun, *, by: Membership, at: datetime) -> MatchRun:
    """The same without an entry of the record: from what is known on that day."""
    problem = problem_for(run.period, today=timezone.localdate(at), wanted=run.wanted)
    kept = lines_of(run) if run.pk else []
    stays = [one for one in kept if one.state == State.PROPOSED and one.pinned]
    problem = problem.with_pins(matches_of(stays), removed_of(kept))
    found = solve(problem, seconds=settings.EXCHANGE_SECONDS, gap=settings.EXCHANGE_GAP)
    run.status, run.worth, run.problem = found.status, found.worth, problem.as_json()
    run.solved_by, run.solved_at = by, at
    run.save()
    run.lines.filter(state=State.PROPOSED, pinned=False).delete()
    matches = (*problem.pinned, *found.matches)
    MatchLine.objects.bulk_create([_line(run, problem, match, matches) for match in found.matches])
    _explain(stays, problem, matches)
    return run


def _line(run: MatchRun, problem: Problem, match: Match, matches: Sequence[Match], **more: object) -> MatchLine:
    need = problem.need_by_key[match.need]
    return MatchLine(
        run=run, offer_id=_offer_in(match.giver), school_id=need.school, key=need.key, what=need.what,
        days=match.days, why=list(why(problem, match)), others=list(others(problem, match, matches)), **more,
    )  # fmt: skip


def _explain(lines: Iterable[MatchLine], problem: Problem, matches: Sequence[Match]) -> None:
    """Say anew why, from the problem as it is now. What rests on nothing any more keeps its words."""
    for one in lines:
        match = Match(f"offer-{one.offer_id}", one.key, one.days)
        if match.giver in problem.giver_by_key and match.need in problem.need_by_key:
            one.why, one.others = list(why(problem, match)), list(others(problem, match, matches))
            one.save(update_fields=["why", "others"])


def _offer_in(key: str) -> int:
    return int(key.removeprefix("offer-"))


def change_line(line: MatchLine, *, by: Membership, days: int, pinned: bool, reason: str = "") -> MatchLine:
    """Set its days, and whether it stays when the matching is worked out again. Beyond a limit only with a reason."""
    row, run = _locked(line)
    if row.state != State.PROPOSED:
        raise ValidationError(f"This stands as “{row.get_state_display()}”, so it is not changed.")
    _check_days(days)
    before, after = counted(row.days, "day"), counted(days, "day")
    problem, lines = problem_of(run.problem), lines_of(run)
    match = Match(f"offer-{row.offer_id}", row.key, days)
    rest = [one for one in matches_of(lines) if (one.giver, one.need) != (match.giver, match.need)]
    if days != row.days:
        _check_limits(problem, [*rest, match], match, reason)
    kept = ", stays" if pinned else ""
    record_act("match.changed", row, by=by, school=row.school, before=before, after=after + kept, why=reason.strip(),
               label=row.what)  # fmt: skip
    row.by_hand = row.by_hand or days != row.days
    row.days, row.pinned, row.changed_by = days, pinned or row.by_hand, by
    row.reason = reason.strip()
    row.save()
    _explain([row], problem, [*rest, match])
    return row


def add_line(run: MatchRun, offer: Offer, need: str, *, by: Membership, days: int, reason: str = "") -> MatchLine:
    """Somebody's own match. It stays when the matching is worked out again."""
    locked = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    problem, lines = problem_of(locked.problem), lines_of(locked)
    if need not in problem.need_by_key or f"offer-{offer.pk}" not in problem.giver_by_key:
        raise ValidationError("This is not in the matching. Work it out again first.")
    _check_days(days)
    match = Match(f"offer-{offer.pk}", need, days)
    mine = next(
        (one for one in lines if (one.offer_id, one.key) == (offer.pk, need) and one.state != State.ACCEPTED), None
    )
    if mine and mine.state == State.PROPOSED:
        raise ValidationError("This giver is matched with it already. Change its days there.")
    matches = [*matches_of(lines), match]
    _check_limits(problem, matches, match, reason)
    if mine:
        mine.delete()
    found = problem.need_by_key[need]
    school = School.objects.get(pk=found.school)
    record_act("match.added", MatchLine, by=by, school=school, after=f"{offer.name}, {counted(days, 'day')}",
               why=reason.strip(), label=found.what)  # fmt: skip
    row = _line(locked, problem, match, matches, pinned=True, by_hand=True, reason=reason.strip(), changed_by=by)
    row.save()
    return row


def remove_line(line: MatchLine, *, by: Membership, reason: str = "") -> MatchLine:
    """Take it out: it stays out when the matching is worked out again, until it is put back."""
    row, _ = _locked(line)
    if row.state != State.PROPOSED:
        raise ValidationError(f"This stands as “{row.get_state_display()}”.")
    _check_reason(reason)
    record_act(
        "match.removed", row, by=by, school=row.school, before=row.offer.name, why=reason.strip(), label=row.what
    )
    row.state, row.reason, row.changed_by, row.pinned = State.REMOVED, reason.strip(), by, False
    row.save()
    return row


def put_back(line: MatchLine, *, by: Membership) -> None:
    """No longer out: the next time the matching is worked out it may come again."""
    row, _ = _locked(line)
    if row.state != State.REMOVED:
        raise ValidationError(f"This stands as “{row.get_state_display()}”.")
    record_act("match.put_back", row, by=by, school=row.school, after=row.offer.name, label=row.what)
    row.delete()


def want_days(run: MatchRun, need: str, *, by: Membership, days: int) -> MatchRun:
    """Say how many days a need takes; none leaves it out. It holds from the next working out on."""
    row = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    found = problem_of(row.problem).need_by_key.get(need)
    if found is None and need not in row.wanted:
        raise ValidationError("This is not in the matching. Work it out again first.")
    if not 0 <= days <= MOST_DAYS:
        raise ValidationError({"days": f"Enter a whole number of days from 0 to {MOST_DAYS}"})
    label = f"{found.name}: {found.what}" if found else ""
    record_act("match.wanted", row, by=by, after=counted(days, "day"), label=label)
    row.wanted = {**row.wanted, need: days}
    row.save(update_fields=["wanted"])
    return row


def accept_line(
    line: MatchLine, *, by: Membership, dates: Sequence[date], reason: str = "", funder: str = "",
    cost: Decimal | None = None,
) -> list[SupportBooking]:  # fmt: skip
    """Book it, a booking for each day. Every limit is looked at again as it stands now. Raises by field.

    `cost` is in pounds for each day; a blank `funder` is whoever pays by the menu.
    """
    row, run = _locked(line)
    if row.state != State.PROPOSED:
        raise ValidationError(f"This stands as “{row.get_state_display()}” already.")
    _check_reason(reason)
    wrong: dict[str, Any] = {}
    for check in (partial(_check_dates, row, run, dates), partial(_check_now, row, run)):
        try:
            check(reason)
        except ValidationError as refused:
            wrong |= getattr(refused, "error_dict", {NON_FIELD_ERRORS: refused})
    if wrong:
        raise ValidationError(wrong)
    if reason.strip():
        row.reason, row.changed_by = reason.strip(), by
    version = strategy_of(row.school, min(dates))
    if version is None:
        raise ValidationError("The school follows no strategy, so nothing is booked for it.")
    record_act("match.accepted", row, by=by, school=row.school, after=row.offer.name, why=row.reason, label=row.what)
    row.state, row.accepted_by, row.accepted_at, row.pinned = State.ACCEPTED, by, timezone.now(), True
    row.save()
    giver = row.offer
    terms = Terms(
        dates=dates, provider="school" if giver.school else "central", provider_school=giver.school,
        provider_person=giver.person, what=row.what, match=row, funder=funder, cost=cost, **_counted_against(row),
    )  # fmt: skip
    try:
        return book_support(row.school, version, terms, by=by)
    except ValidationError as refused:  # not all its fields are those of this form
        if getattr(refused, "error_dict", {}).keys() <= {"dates", "funder", "cost"}:
            raise
        raise ValidationError(refused.messages) from refused


def _counted_against(row: MatchLine) -> dict[str, Any]:
    """What the booking is counted against: a request, an entitlement, or the criterion it serves."""
    kind, _, rest = row.key.partition("-")
    if kind == "request":
        asked = request_of(row)
        if asked is None or asked.state != SupportRequest.State.AGREED:
            raise ValidationError("Agree to what the school asks for first; then it can be booked.")
        return {"request": asked, "criterion": asked.criterion, "action": asked.action}
    key = rest.partition("-")[2]
    return {"entitlement": key} if kind == "owed" else {"criterion": key}


def _check_dates(row: MatchLine, run: MatchRun, dates: Sequence[date], reason: str) -> None:
    """Raise ValidationError with everything that is wrong with the days."""
    wrong, offer = [], row.offer
    if len(set(dates)) != row.days:
        lines = ", one a line: as many as are matched" if row.days > 1 else ""
        wrong.append(f"Enter {counted(row.days, 'day')}{lines}")
    first, last = run.period.starts_on, run.period.ends_on
    outside = [day for day in dates if not first <= day <= last]
    if outside:
        wrong.append(
            f"{day_words(outside[0])} is not in this half term, which is from {day_words(first)} to {day_words(last)}"
        )
    if inside := [day for day in dates if day not in outside]:
        try:
            check_days(row.school, inside)
        except ValidationError as refused:
            wrong += refused.messages
    away = [day for day in dates if day < offer.from_on or (offer.until_on and day > offer.until_on)]
    if away and not (reason.strip() or row.reason):
        wrong.append(f"{offer.name} does not offer support on {day_words(away[0])}")
    if wrong:
        raise ValidationError({"dates": wrong})


def _check_now(row: MatchLine, run: MatchRun, reason: str) -> None:
    """Whether the giver still may and the school still needs it, as of today.

    A reason given by hand holds for what it was given for: what stands against the match since then needs one anew.
    """
    if row.offer.state != Offer.State.CONFIRMED:
        raise ValidationError(f"{row.offer.name} has not confirmed that it offers this.")
    match, owed = Match(f"offer-{row.offer_id}", row.key, row.days), row.key.startswith("owed-")
    now = problem_for(run.period, today=timezone.localdate(), wanted=run.wanted, owed=owed)
    known = {one.words for one in broken(problem_of(run.problem), [match])} if row.reason else set()
    beyond = [one.words for one in broken(now, [match]) if one.words not in known]
    if beyond and not reason.strip():
        raise ValidationError({"reason": f"By now: {' '.join(beyond)} If it is still right, say why."})


def _check_days(days: int) -> None:
    if not 0 < days <= MOST_DAYS:
        raise ValidationError({"days": f"Enter a whole number of days from 1 to {MOST_DAYS}"})


def _check_reason(reason: str) -> None:
    if len(reason) > LONGEST_REASON:
        raise ValidationError({"reason": f"Use at most {LONGEST_REASON} characters"})


def _check_limits(problem: Problem, matches: Sequence[Match], mine: Match, reason: str) -> None:
    _check_reason(reason)
    beyond = [one.words for one in broken(problem, matches) if (one.giver, one.need) == (mine.giver, mine.need)]
    if beyond and not reason.strip():
        raise ValidationError({"reason": f"{' '.join(dict.fromkeys(beyond))} If it is still right, say why."})


def _locked(line: MatchLine) -> tuple[MatchLine, MatchRun]:
    """The line with its matching, which is locked first: two people change it one after the other."""
    run = MatchRun.objects.select_for_update(of=("self",)).select_related("period").get(pk=line.run_id)
    rows = MatchLine.objects.select_related("offer__school", "offer__person__user", "school__trust")
    return rows.get(pk=line.pk), run
