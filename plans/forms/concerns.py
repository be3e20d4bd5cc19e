"""Concerns, steps on a ladder and what belongs to them, as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.utils import timezone

from plans.models import StageChange, WatchLook
from plans.queries.concerns import Standing
from plans.queries.sources import Source
from plans.rules.ladder import Outstanding, Step, again_fault, stage_after, talk_fault
from plans.services.escalating import DISCUSSED, LONGEST_WHY_NOW, LONGEST_WORDS, ConcernEntry, StepEntry
from schools.forms import choose
from schools.forms.boxes import SELECT, box, line
from schools.forms.days import ASK_DAY, DAY_ERRORS, DayField
from schools.strategy.provision import Ladder, Stage
from schools.words import unmarked

words_field = partial(box, rows=3, most=LONGEST_WORDS)
line_field = partial(line, most=300)
DAY = {**DAY_ERRORS, "required": ASK_DAY}

WHY = {
    Step.OPEN: "What led to this concern?",
    Step.UP: "Why does the school need more than it has now?",
    Step.DOWN: "What has improved?",
    Step.HOLD: "Why does the school stay where it is for now?",
    Step.CLOSE: "What has improved, so that the school can leave the ladder?",
    Step.BACK: "What has been seen since the school left the ladder?",
}


def _discussed() -> dict[str, forms.Field]:
    return {
        "causes": words_field("What are the causes?", needed="Say what the causes are"),
        "discussed_with": line_field(
            "With whom was it discussed?", needed="Say with whom it was discussed", help_text="By role, for example “"
            "The headteacher and the chair of governors”.",
        ),
        "discussed_on": DayField(label="On which day?", error_messages={**DAY, "required": "Say on which day"}),
    }  # fmt: skip


def _review() -> dict[str, forms.Field]:
    said = "Say on which day it is looked at again"
    return {"review_on": DayField(label="When is it looked at again?", error_messages={**DAY, "required": said})}


def _stages(stages: Sequence[Stage]) -> dict[str, forms.Field]:
    choices = [(one.key, one.label) for one in stages]
    return {
        "stage": forms.ChoiceField(
            label="At which stage?", choices=choices, widget=forms.Select(attrs=SELECT),
            error_messages=choose("Choose a stage of the ladder"),
        )
    }  # fmt: skip


def _entry(data: dict[str, Any]) -> StepEntry:
    """What the service takes, of the fields that the step has."""
    names = ("reason", "stage", "causes", "discussed_with", "discussed_on", "review_on", "plan_words", "why_now")
    tests = {test: data[name] for name, test in data.get("tests", {}).items()}
    return StepEntry(**{name: data[name] for name in names if name in data}, exit_tests=tests)


def _why_now() -> forms.CharField:
    return line(
        "Tell them now, because…", most=LONGEST_WHY_NOW,
        help_text="Without a reason they hear of it on the next working morning. What you say here is kept.",
    )  # fmt: skip


def _sources(sources: Sequence[Source]) -> forms.Field:
    return forms.MultipleChoiceField(
        label="Which of this does it rest on?", choices=[(one.key, one.label) for one in sources], required=False,
        widget=forms.CheckboxSelectMultiple, error_messages=choose("Choose from the list"),
        help_text="What is on record of the school here, the latest first.",
    )  # fmt: skip


class _DaysForm(forms.Form):
    """Of the days of a step, those that the service would refuse are said at once, beside all else."""

    def clean(self) -> dict[str, Any]:
        data, today = super().clean() or {}, timezone.localdate()
        discussed, review = data.get("discussed_on"), data.get("review_on")
        if discussed and (fault := talk_fault(discussed, today=today)):
            self.add_error("discussed_on", fault)
        if review and (fault := again_fault(review, today=today)):
            self.add_error("review_on", fault)
        return data


class ConcernForm(_DaysForm):
    """A concern about a school: what led to it, which tests of the ladder are met, and what shows it.

    `off_hours`: nobody would be told today, so that a reason to tell them now can be given.
    """

    def __init__(
        self, data: Any = None, *, ladder: Ladder, sources: Sequence[Source] = (), off_hours: bool = False
    ) -> None:
        super().__init__(data)
        self.ladder = ladder
        tests = [(f"ladder-{n}", unmarked(test)) for n, test in enumerate(ladder.entry)]
        for stage in ladder.stages:
            tests += [(f"{stage.key}-{n}", f"{stage.label}: {unmarked(test)}") for n, test in enumerate(stage.entry)]
        self.tests = {f"ladder-{n}": test for n, test in enumerate(ladder.entry)}
        self.tests |= {f"{one.key}-{n}": test for one in ladder.stages for n, test in enumerate(one.entry)}
        self.fields |= {
            "entry_tests": forms.MultipleChoiceField(
                label="Which of these apply?", choices=tests, widget=forms.CheckboxSelectMultiple,
                error_messages=choose("Tick what applies: at least one"),
            ),
            **_stages(ladder.stages),
            "reason": words_field(WHY[Step.OPEN], needed="Say what led to it", help_text="The school will read this."),
            "evidence": words_field(
                "What shows it?", needed="Say what shows it, and where that is written",
                help_text="Name the visit, review, figure or decision, with its day. Name no pupil and no adult.",
            ),
            **({"sources": _sources(sources)} if sources else {}), **_discussed(), **_review(),
            **({"why_now": _why_now()} if off_hours or self.is_bound else {}),
        }  # fmt: skip

    def entry(self) -> ConcernEntry:
        """What the service takes."""
        data = self.cleaned_data
        return ConcernEntry(self.ladder.key, [self.tests[key] for key in data["entry_tests"]], data["evidence"],
                            _entry(data), data.get("sources", ()))  # fmt: skip


class StepForm(_DaysForm):
    """The next step of a school on a ladder; what is asked follows the step.

    `off_hours`: nobody would be told today, so that a reason to tell them now can be given.
    """

    def __init__(self, data: Any = None, *, standing: Standing, step: Step, off_hours: bool = False) -> None:
        super().__init__(data)
        ladder, stage = standing.ladder, standing.stage
        self.fields["reason"] = words_field(WHY[step], needed="Say why", help_text="The school will read this.")
        if step == Step.BACK:
            self.fields |= _stages(ladder.stages)
        if step in DISCUSSED:
            self.fields |= _discussed()
        self.tests = {}
        if step == Step.CLOSE and stage is not None:
            self.tests = {f"exit-{n}": test for n, test in enumerate(stage.exit_tests)}
            for name, test in self.tests.items():
                said = "Say what shows that it is met"
                self.fields[name] = words_field(f"What shows this: {unmarked(test)}", needed=said, rows=2)
        else:
            self.fields |= self._plan(standing, step) | _review()
        self.fields |= {"why_now": _why_now()} if off_hours or self.is_bound else {}

    def _plan(self, standing: Standing, step: Step) -> dict[str, forms.Field]:
        """What the plan gains, where the plan that the next stage asks for is the one that is open."""
        keys = [one.key for one in standing.ladder.stages]
        to = standing.concern.stage_of(stage_after(keys, standing.stage.key if standing.stage else "", step))
        plan = standing.open_plan
        if to is None or plan is None or to.plan != plan.kind:
            return {}
        return {"plan_words": words_field(f"What does the plan “{plan.title}” gain?", help_text=SAY_LATER)}

    def entry(self) -> StepEntry:
        """What the service takes."""
        return _entry({**self.cleaned_data, "tests": self.tests})


SAY_LATER = "You can also say this once the step is agreed."


class DecideForm(forms.Form):
    """What somebody decides about a step that was proposed."""

    outcome = forms.ChoiceField(
        label="What do you decide?",
        choices=[(StageChange.Outcome.AGREED.value, "I agree"), (StageChange.Outcome.DECLINED.value, "I do not agree")],
        widget=forms.RadioSelect,
        error_messages=choose("Choose what you decide"),
    )
    words = words_field("In your words", help_text="Where you do not agree, say why not.")
    why_now = _why_now()


class DutyForm(forms.Form):
    """Something the ladder asks for is done."""

    def __init__(self, data: Any = None, *, asked: Iterable[Outstanding], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        choices = [(one.words, unmarked(one.words)) for one in asked if one.kind in ("before", "duty")]
        self.fields |= {
            "duty": forms.ChoiceField(
                label="What is done", choices=choices, widget=forms.Select(attrs=SELECT),
                error_messages=choose("Choose what is done"),
            ),
            "on": DayField(label="On which day", error_messages=DAY),
            "words": words_field("In a sentence", most=1000, rows=2, help_text="By whom, and what came of it."),
        }  # fmt: skip


class AmendForm(forms.Form):
    """What the plan has gained."""

    words = words_field("What has the plan gained for this stage?", needed="Say what the plan has gained")


class LookForm(forms.Form):
    """A look at a school that has left the ladder."""

    on = DayField(label="Looked at on", error_messages=DAY)
    finding = forms.ChoiceField(
        label="What did you find?", choices=WatchLook.Finding.choices, widget=forms.RadioSelect,
        error_messages=choose("Choose what you found"),
    )  # fmt: skip
    words = words_field("What did you see?", needed="Say what you saw, and how you know")


class EndForm(forms.Form):
    """The end of the watch."""

    words = words_field("How does the school stand now?", needed="Say how the school stands now")
