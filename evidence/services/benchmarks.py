"""Benchmarks that a trust enters by hand, where no official file holds them yet."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import ValidationError

from evidence.models import Benchmark
from evidence.rules.arithmetic import in_words
from evidence.rules.targets import fault_of
from schools.audit import record_act
from schools.models import Membership
from schools.strategy.measures import Measure, PupilGroup
from schools.words import year_words


def enter_benchmark(
    measure: Measure, group: PupilGroup, *, by: Membership, value: Decimal, year: int, span: str, against: str,
    source: str, phase: str = "", place: str = "", release: str = "",
) -> Benchmark:  # fmt: skip
    """Write a benchmark, in place of the one there is for the same thing. Raises ValidationError by field."""
    if fault := fault_of({"": value}, least=measure.least, most=measure.most, kind=measure.kind):
        raise ValidationError({"value": fault[""]})
    if not source.strip():
        raise ValidationError({"source": "Say where the figure was published."})
    if against in (Benchmark.Against.LOCAL, Benchmark.Against.REGION) and not place.strip():
        raise ValidationError({"place": "Name the authority or the region."})
    key = {
        "measure": measure.key, "group": group.key, "phase": phase, "against": against, "place": place.strip(),
        "year": year, "span": span,
    }  # fmt: skip
    was = Benchmark.objects.filter(**key).first()
    before = in_words(was.value, measure.decimals, measure.unit_shown) if was else ""
    told = in_words(value, measure.decimals, measure.unit_shown)
    label = f"{measure.label}, {group.label}, {year_words(year)}"
    record_act("benchmark.entered", was or Benchmark, by=by, before=before, after=told, label=label, why=source.strip())
    made, _ = Benchmark.objects.update_or_create(
        **key, defaults={"value": value, "release": release, "source": source.strip(), "by": by}
    )
    return made


def remove_benchmark(benchmark: Benchmark, *, by: Membership) -> None:
    """Take one away; the record of changes keeps it."""
    said = f"{benchmark.measure.replace('_', ' ')}, {year_words(benchmark.year)}"
    record_act("benchmark.removed", benchmark, by=by, before=f"{benchmark.value.normalize():f}", label=said)
    benchmark.delete()
