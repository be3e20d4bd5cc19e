"""Asking for a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from reporting.models import Report
from reporting.rules import kinds_of
from reporting.services import request_report
from schools.access import Access
from schools.models import Meeting, Period, School
from schools.models.calendar import PeriodQuerySet
from schools.queries import Followed
from schools.strategy import Cadence
from schools.strategy.provision import ReportType
from schools.words import on


def kinds_offered(followed: Followed) -> list[ReportType]:
    """Every report the trust's strategies name that can be made, each key once."""
    versions = followed.on(timezone.localdate()).values()
    return list({kind.key: kind for version in versions for kind in kinds_of(version.strategy)}.values())


def periods_of(kinds: list[ReportType]) -> PeriodQuerySet:
    """Terms; half terms too where some report is made each half term."""
    if any(kind.every == Cadence.HALF_TERM for kind in kinds):
        return Period.objects.filter(school=None)
    return Period.objects.terms()


class MeetingChoice(forms.ModelChoiceField):
    """A meeting by its name and day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.title}, {on(timezone.localdate(obj.starts_at))}"


class RequestForm(forms.Form):
    """Which report, for which period, and for which meeting or school where it has one."""

    kind = forms.ChoiceField(label="Report")
    period = forms.ModelChoiceField(queryset=Period.objects.none(), label="Period", empty_label=None)
    meeting = MeetingChoice(
        queryset=Meeting.objects.none(), label="Meeting", required=False, empty_label="No meeting",
        help_text="Its name and date are printed on the cover, and changes are counted from the one before it.",
    )  # fmt: skip
    school = forms.ModelChoiceField(
        queryset=School.objects.none(), label="School", required=False, empty_label="The whole trust",
        help_text="Only for a report about one school.",
    )  # fmt: skip

    def __init__(self, *args: Any, access: Access, kinds: list[ReportType], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.access = access
        begun = periods_of(kinds).begun(timezone.localdate())
        self.fields["kind"].choices = [(kind.key, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        self.fields["period"].queryset = begun  # type: ignore[attr-defined]
        self.fields["meeting"].queryset = Meeting.objects.order_by("-starts_at")  # type: ignore[attr-defined]
        self.fields["school"].queryset = School.objects.visible_to(access).on(timezone.localdate())  # type: ignore[attr-defined]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def save(self) -> Report:
        """Ask for the report. Raises ValidationError by field."""
        return request_report(by=self.access.membership, **self.cleaned_data)
