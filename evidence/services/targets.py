"""Setting targets of a school, or of the trust."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.core.exceptions import ValidationError

from evidence.models import Target
from evidence.queries.asked import Asks
from evidence.rules.targets import fault_of
from schools.audit import record_act, require_unchanged
from schools.models import Membership, School
from schools.words import counted, year_words

Stages = Mapping[str, Decimal]
"""Season to value; “” is the end of the year."""


def set_targets(
    year: int,
    targets: Mapping[tuple[str, str], Stages],
    *,
    strategy: Asks,
    school: School | None,
    by: Membership,
    seen: int | None = None,
) -> int:
    """Write the targets of one academic year, by measure and group; what is left out of `targets` stays as it is.

    A stage that is given no value any more is taken away. `seen` is the last change on record when they were read:
    refused where there is a later one. Returns how many values changed. Raises ValidationError by
    “measure|group|stage”.
    """
    name = act_name(year, school)
    if faults := _faults(targets, strategy):
        raise ValidationError(faults)
    require_unchanged("targets.set", seen, of=name)
    now = {
        (row.measure, row.group, row.season): row
        for row in Target.objects.filter(school=school, year=year)
        if (row.measure, row.group) in targets
    }
    wanted = {(*key, stage): value for key, stages in targets.items() for stage, value in stages.items()}
    gone = [row.pk for key, row in now.items() if key not in wanted]
    changed = {key: value for key, value in wanted.items() if key not in now or now[key].value != value}
    if not gone and not changed:
        return 0
    told = counted(len(gone) + len(changed), "value")
    record_act("targets.set", Target, by=by, school=school, after=f"{name}: {told}")
    Target.objects.filter(pk__in=gone).delete()
    for (measure, group, season), value in changed.items():
        Target.objects.update_or_create(
            school=school, measure=measure, group=group, year=year, season=season,
            defaults={"value": value, "by": by},
        )  # fmt: skip
    return len(gone) + len(changed)


def act_name(year: int, school: School | None) -> str:
    """How the record begins to speak of these targets."""
    return f"{school.known_as if school else 'The trust'}, {year_words(year)}"


def _faults(targets: Mapping[tuple[str, str], Stages], strategy: Asks) -> dict[str, str]:
    found = {}
    for (key, group), stages in targets.items():
        measure = strategy.measure_by_key[key]
        for stage, sentence in fault_of(stages, least=measure.least, most=measure.most, kind=measure.kind).items():
            found[f"{key}|{group}|{stage}"] = sentence
    return found
