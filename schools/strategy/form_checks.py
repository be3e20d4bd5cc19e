"""Cross-checks of the forms: keys, meanings, kinds of source, sections of a framework."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .forms import Form, FormField
from .rule_checks import unknown
from .self_evaluation import FRAMEWORK_AREAS

if TYPE_CHECKING:
    from .document import Strategy

TAKEN = frozenset(
    {"csrfmiddlewaretoken", "version", "then", "token", "id", "elements", "dataset", "closest", "matches"}
)
"""Names that a page with a form needs for itself."""

WORDS = ("text", "long_text", "person", "choice", "choices")
KINDS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("date", "considered_on", "impact_check", "due"), ("date",)),
    **dict.fromkeys(("time_from", "time_to"), ("time",)),
    "plan_changed": ("yes_no",),
    "methods": ("choice", "choices"),
}
"""What a field of a meaning may be; otherwise words."""


def form_faults(strategy: Strategy) -> Iterator[str]:
    """Every broken promise of the forms."""
    yearly = [form.key for form in strategy.forms if form.kind == "programme"]
    if len(yearly) > 1:
        yield f"forms: {', '.join(yearly)} are all of kind programme; a school and year has one record"
    for form in strategy.forms:
        path = f"forms.{form.key}"
        yield from _repeated(path, (*form.header, *form.judgements, *form.footer))
        yield from _repeated(f"{path}.rows", form.rows)
        for field in form.fields():
            yield from _field_faults(strategy, form, f"{path}.{field.key}", field)
        for key in form.informs:
            yield from unknown(f"{path}.informs", key, _rated(strategy))
        yield from unknown(f"{path}.followed_up_by", form.followed_up_by, strategy.meeting_by_key)
        yield from unknown(f"{path}.evidence_is", form.evidence_is, strategy.matrix.source_labels)
        yield from _method_faults(path, form)
        if form.least_rows and not form.rows:
            yield f"{path}.least_rows: there are no rows"


def _repeated(path: str, fields: Sequence[FormField]) -> Iterator[str]:
    """Answers are kept by key, and a meaning leads to one field."""
    for key, times in Counter(field.key for field in fields).items():
        if times > 1:
            yield f"{path}: the key “{key}” is used {times} times; each field has a key of its own"
        if key in TAKEN:
            yield f"{path}.{key}: a page needs this name for itself; expected another key"
    for meaning, times in Counter(field.means for field in fields if field.means).items():
        if times > 1:
            yield f"{path}: {times} fields mean “{meaning}”; expected at most one"


def _field_faults(strategy: Strategy, form: Form, path: str, field: FormField) -> Iterator[str]:
    yield from unknown(f"{path}.scale", field.scale, [scale.key for scale in strategy.scales])
    kinds = KINDS.get(field.means, WORDS)
    if field.means and field.shape not in kinds:
        yield f"{path}.means: a field that means “{field.means}” is of kind {' or '.join(kinds)}; this is {field.shape}"
    if field.kind == "criterion" and not strategy.criteria:
        yield f"{path}.kind: this strategy has no criteria to choose from; expected another kind"
    for option, source in field.evidence.items():
        yield from unknown(f"{path}.evidence", option, field.options)
        yield from unknown(f"{path}.evidence.{option}", source, strategy.matrix.source_labels)
    for option, key in field.informs.items():
        yield from unknown(f"{path}.informs", option, field.options)
        yield from unknown(f"{path}.informs.{option}", key, _rated(strategy))
    yield from _area_faults(form, path, field)


def _rated(strategy: Strategy) -> list[str]:
    """What evidence can be about: criteria and their KPIs."""
    return [*strategy.criterion_by_key, *strategy.kpi_by_key]


def _area_faults(form: Form, path: str, field: FormField) -> Iterator[str]:
    if not field.area:
        return
    if field not in form.judgements:
        yield f"{path}.area: only a judgement is about a section of a framework"
    if form.framework not in FRAMEWORK_AREAS:
        yield f"forms.{form.key}.framework: expected one of {', '.join(FRAMEWORK_AREAS)}, as a judgement names an area"
    else:
        yield from unknown(f"{path}.area", field.area, FRAMEWORK_AREAS[form.framework])


def _method_faults(path: str, form: Form) -> Iterator[str]:
    chooser = form.by_meaning.get("methods")
    for method in form.methods:
        for option in method.used_with:
            yield from unknown(f"{path}.methods.{method.key}.used_with", option, chooser.options if chooser else ())
