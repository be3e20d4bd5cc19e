"""Priorities with their milestones, and actions, as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from plans.forms.lines import owners_of
from plans.models import Action, Milestone, Plan, Priority
from plans.queries.actions import Setting
from plans.queries.answerable import Answerable, Answers
from plans.rules.aiming import check_fault, day_fault, value_fault
from plans.services import LONGEST_SUPPORT, LONGEST_WHAT, ActionEntry, NewAction, PriorityEntry, StageEntry
from plans.services.marking import LONGEST_MARK, mark_of
from schools.forms import choose
from schools.forms.boxes import BOX, SELECT, box, line
from schools.forms.days import DAY_ERRORS, DayField
from schools.forms.money import PoundsField
from schools.forms.renamed import RenamedForm
from schools.models import Membership
from schools.strategy import Strategy
from schools.strategy.measures import Measure

ONE_OWNER = "Choose a person or name a role, not both"
LOOK = {**DAY_ERRORS, "required": "Say when its impact is looked at"}
ANSWERS_HINT = "A finding of a review, or a visit. The plan names it beside the action."
SPARE = 2
MOST_STAGES = 12
STAGE = ("by", "words", "measure", "group", "value")


def _choice(label: str, choices: Iterable[tuple[str, Any]], *, help_text: str = "") -> forms.ChoiceField:
    widget, errors = forms.Select(attrs=SELECT), choose("Choose one of the list")
    return forms.ChoiceField(
        label=label, choices=list(choices), required=False, help_text=help_text, widget=widget, error_messages=errors
    )


class PriorityForm(forms.Form):
    """A priority, and so many milestones as are written, with two lines to spare."""

    seen = forms.CharField(max_length=LONGEST_MARK, required=False, widget=forms.HiddenInput)
    label = line("The priority, in a few words", most=200, needed="Say what the priority is")
    change = box("What will be different for pupils", rows=3, help_text="A short paragraph, in numbers and in words.")
    success = box("How you will know, in words", rows=3, help_text="What somebody would see, hear or read.")

    def __init__(self, data: Any = None, *, strategy: Strategy, row: Priority | None = None) -> None:
        known = list(row.milestones.all()) if row else []
        super().__init__(data, initial=_initial(row, known))
        self.measures = strategy.measure_by_key
        self.kept = {(one.by_on, one.words, one.measure, one.group, one.value) for one in known}
        answers = [("", "Nothing of it"), *((one.key, one.label) for one in strategy.criteria)]
        self.fields["criterion"] = _choice("What it answers in the matrix", answers)
        self.count = min(MOST_STAGES, max(len(known), _sent(self.data)) + SPARE)
        measures = [("", "In words only"), *((one.key, one.label) for one in strategy.measures)]
        groups = [(one.key, one.label) for one in strategy.pupil_groups] or [("all", "All pupils")]
        for number in range(self.count):
            for name, field in _stage(number, measures, groups).items():
                field.named = f"Target {number + 1}, {str(field.label).lower()}"  # type: ignore[attr-defined]
                self.fields[f"stage-{number}-{name}"] = field

    def stages(self) -> list[tuple[forms.BoundField, ...]]:
        """The lines of milestones."""
        return [tuple(self[f"stage-{number}-{name}"] for name in STAGE) for number in range(self.count)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in range(self.count):
            by, words, measure, _, value = (data.get(f"stage-{number}-{name}") for name in STAGE)
            if not (by or words or measure or value is not None):
                continue
            where = f"stage-{number}"
            if not by and f"{where}-by" not in self.errors:
                self.add_error(f"{where}-by", f"Say by which day target {number + 1} is reached")
            if measure and value is None and f"{where}-value" not in self.errors:
                self.add_error(f"{where}-value", f"Say which value target {number + 1} aims at")
            if value is not None and not measure:
                self.add_error(f"{where}-measure", f"Say what is measured for target {number + 1}")
            if not measure and not words:
                self.add_error(f"{where}-words", f"Say what target {number + 1} is")
            if by and self._said(data, number) not in self.kept:
                self._check_aim(where, by, self.measures.get(measure or ""), value)
        return data

    def _said(self, data: Mapping[str, Any], number: int) -> tuple[Any, ...]:
        return tuple(data.get(f"stage-{number}-{name}") for name in STAGE)

    def _check_aim(self, where: str, by: date, measure: Measure | None, value: Decimal | None) -> None:
        """Of a target that is new or reads otherwise than before."""
        if fault := day_fault(by, today=timezone.localdate()):
            self.add_error(f"{where}-by", fault)
        if fault := value_fault(value, measure):
            self.add_error(f"{where}-value", fault)

    def entry(self) -> PriorityEntry:
        """What the service takes."""
        data, stages = self.cleaned_data, []
        for number in range(self.count):
            by, words, measure, group, value = (data[f"stage-{number}-{name}"] for name in STAGE)
            if by:
                stages.append(StageEntry(by, words, measure, group or "all", value))
        return PriorityEntry(data["label"], data["change"], data["success"], data["criterion"], stages)


def _initial(row: Priority | None, known: Sequence[Milestone]) -> dict[str, Any]:
    if row is None:
        return {}
    found: dict[str, Any] = {name: getattr(row, name) for name in ("label", "change", "success", "criterion")}
    found["seen"] = mark_of(row)
    for number, one in enumerate(known):
        value = one.value.normalize() if one.value is not None else None
        told = {"by": one.by_on, "words": one.words, "measure": one.measure, "group": one.group, "value": value}
        found |= {f"stage-{number}-{name}": said for name, said in told.items()}
    return found


def _sent(data: Mapping[str, Any]) -> int:
    """How many lines of milestones came with what was sent."""
    return sum(f"stage-{number}-by" in data for number in range(MOST_STAGES)) - SPARE if data else 0


def _stage(
    number: int, measures: Sequence[tuple[str, str]], groups: Sequence[tuple[str, str]]
) -> dict[str, forms.Field]:
    wrong = {"invalid": "Enter a number, for example 95.5"}
    wrong |= dict.fromkeys(("max_digits", "max_whole_digits"), "Enter a number of at most eight digits")
    wrong["max_decimal_places"] = "Enter at most four digits after the point"
    return {
        "by": DayField(label="By", required=False),
        "words": line("Target in words", most=300),
        "measure": _choice("Measure", measures),
        "group": _choice("Pupils", groups),
        "value": forms.DecimalField(
            label="Value", required=False, max_digits=12, decimal_places=4, error_messages=wrong,
            widget=forms.TextInput(attrs={**BOX, "inputmode": "decimal"}),
        ),
    }  # fmt: skip


class ActionForm(RenamedForm):
    """An action of a plan."""

    RENAMED: ClassVar = {"due_on": "due", "impact_check_on": "check"}

    seen = forms.CharField(max_length=LONGEST_MARK, required=False, widget=forms.HiddenInput)
    what = box("What will be done", most=LONGEST_WHAT, needed="Say what will be done", rows=2)

    def __init__(
        self, data: Any = None, *, setting: Setting, priorities: Sequence[Priority], answers: Answerable,
        row: Action | None = None, serves: str = "", plans: Sequence[Plan] = (),
    ) -> None:  # fmt: skip
        self.answerable = answers
        self.plans = {str(one.pk): one for one in plans}
        self.people: dict[str, Membership] = {str(one.pk): one for one in setting.people}
        if row is not None and row.owner is not None:
            self.people.setdefault(str(row.owner_id), row.owner)
        self.priorities = {str(one.pk): one for one in priorities}
        self.known_due, self.known_check = (row.due_on, row.impact_check_on) if row else (None, None)
        fresh = {"owner": setting.owner, "check": setting.check_after(), "priority": serves}
        super().__init__(data, initial={**_of(row), "answers": answers.now.key} if row else fresh)
        choices = [("", "No priority"), *((key, one.label) for key, one in self.priorities.items())]
        owners = [("", "A role"), *owners_of(self.people, setting.of_trust)]
        self.fields |= {
            "priority": _choice("Which priority it serves", choices),
            "owner": _choice("Who sees to it", owners),
            "words": line("If a role sees to it: which", most=120),
            "due": DayField(label="Done by", required=False),
            "check": DayField(label="Look at its impact on", error_messages=LOOK),
            "success": line("By what it will be judged", most=500, help_text="What you will see when it has worked."),
            "support": line("Support", most=LONGEST_SUPPORT, help_text="Who helps, and how."),
            "budget": PoundsField(label="Budget in pounds", required=False, min_value=0, help_text="Where it has one."),
            "training": line("Training that it needs", most=300, help_text="It goes into the training annex."),
            "appraisal": forms.BooleanField(
                label="It is also a target of an appraisal", required=False,
                help_text="The appraisal itself is not kept here.",
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            ),
        }  # fmt: skip
        if answers.by_key and not answers.stays:
            self.fields["answers"] = _choice("What does it answer?", _answers(answers), help_text=ANSWERS_HINT)
        if self.plans:
            here = [("", "This one"), *((key, one.title) for key, one in self.plans.items())]
            self.fields["plan"] = _choice("Which plan it stands in", here)
            self.fields["plan"].help_text = "In another it serves no priority until you choose one there."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("plan"):
            data["priority"] = ""
        if not data.get("owner") and not data.get("words"):
            self.add_error("owner", "Say who sees to it")
        if data.get("owner") and data.get("words"):
            self.add_error("words", ONE_OWNER)
        due = data.get("due")
        if due and due != self.known_due and (fault := day_fault(due, today=timezone.localdate())):
            self.add_error("due", fault)
        if due and data.get("check") and data["check"] < due:
            self.add_error("check", "Its impact is looked at once it is done, not before")
        elif (check := data.get("check")) and (
            fault := check_fault(check, self.known_check, today=timezone.localdate())
        ):
            self.add_error("check", fault)
        return data

    def entry(self) -> ActionEntry:
        """What the service takes."""
        data = self.cleaned_data
        owner = self.people.get(data["owner"])
        what = data["what"].replace("\r\n", "\n")  # as a browser sends the end of a line
        action = NewAction(what, owner, data["words"], data["due"], data["check"], data["support"])
        priority = self.priorities.get(data["priority"])
        plan = self.plans.get(data.get("plan", ""))
        chosen = self.answerable.by_key.get(data["answers"], Answers()) if "answers" in self.fields else None
        return ActionEntry(
            action, priority, data["success"], data["budget"], data["training"], data["appraisal"], plan, chosen
        )


def _answers(offered: Answerable) -> list[tuple[str, Any]]:
    groups = (("Found on reviews", offered.findings), ("Visits", offered.visits))
    return [("", "Nothing named"), *((name, [(one.key, one.label) for one in rows]) for name, rows in groups if rows)]


def _of(row: Action) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("what", "success", "support", "budget", "training", "appraisal")}
    days = {"due": row.due_on, "check": row.impact_check_on, "words": row.owner_words}
    keys = {"owner": str(row.owner_id or ""), "priority": str(row.priority_id or "")}
    return {**told, **days, **keys, "seen": mark_of(row)}


class DropForm(forms.Form):
    """Why a priority is left."""

    why = line("Why it is left", most=300, needed="Say why it is left")
