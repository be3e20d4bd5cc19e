"""An item of a checklist as it is written, which items are shown, and which go into a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone

from plans.forms.lines import owners_of
from plans.forms.writing import ONE_OWNER
from plans.models import ChecklistItem
from plans.queries.actions import Setting
from plans.queries.checklists import Phase
from plans.rules.aiming import day_fault
from plans.services import ItemEntry, NewAction
from plans.services.checklists import LONGEST_EVIDENCE, faults_of_item
from schools.forms import choose
from schools.forms.boxes import BOX, SELECT, box, line
from schools.forms.days import DAY_ERRORS, DayField
from schools.forms.filtering import FilterBar
from schools.forms.renamed import RenamedForm
from schools.models import Membership
from schools.words import on

Status = ChecklistItem.Status
WRONG_LINK = "Give an address that begins with https://"


class _LinkField(forms.URLField):
    default_validators = [URLValidator(schemes=["http", "https"], message=WRONG_LINK)]


def _owner_field(people: Mapping[str, Membership], blank: str, of_trust: Collection[str] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Who sees to it", required=False, widget=forms.Select(attrs=SELECT),
        choices=[("", blank), *owners_of(people, of_trust)],
        error_messages=choose("Choose one of the list"),
    )  # fmt: skip


class ItemForm(RenamedForm):
    """Who sees to it, by when, how it stands, and what shows it."""

    status = forms.ChoiceField(
        label="How does it stand?", choices=Status.choices, widget=forms.RadioSelect,
        error_messages=choose("Choose how it stands"),
    )  # fmt: skip

    RENAMED: ClassVar = {"due_on": "due", "evidence_on": "seen", "evidence_link": "link"}

    def __init__(self, data: Any = None, *, item: ChecklistItem, people: Sequence[Membership]) -> None:
        self.people = {str(one.pk): one for one in people}
        if item.owner is not None:
            self.people.setdefault(str(item.owner_id), item.owner)
        super().__init__(data, initial=_of(item))
        self.was_due = item.due_on
        self.fields |= {
            "owner": _owner_field(self.people, "Nobody yet, or a role"),
            "words": line("If a role sees to it: which", most=120),
            "due": DayField(label="By when", required=False, error_messages=DAY_ERRORS),
            "evidence": box(
                "What shows it", most=LONGEST_EVIDENCE,
                help_text="What somebody has seen, and where it is written. Needed once it is met.",
            ),
            "seen": DayField(
                label="Seen on", required=False, error_messages=DAY_ERRORS,
                help_text="Today, where you leave it empty and the item is met.",
            ),
            "link": _LinkField(
                label="Where it can be read", required=False, max_length=500, assume_scheme="https",
                widget=forms.TextInput(attrs={**BOX, "inputmode": "url"}), help_text="A link, if there is one.",
                error_messages={"invalid": WRONG_LINK},
            ),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """What the service would refuse is said at once, beside what the boxes themselves refuse."""
        data = super().clean() or {}
        faults = faults_of_item(self.entry(), today=timezone.localdate(), was_due=self.was_due)
        for name, said in faults.items():
            if (field := self.RENAMED.get(name, name)) not in self.errors:
                self.add_error(field, said)
        return data

    def entry(self) -> ItemEntry:
        """What the service takes; of what is wrong in itself, nothing."""
        data = self.cleaned_data
        owner = self.people.get(data.get("owner", ""))
        evidence = data.get("evidence", "").replace("\r\n", "\n")  # as a browser sends the end of a line
        words, link = data.get("words", ""), data.get("link", "")
        return ItemEntry(data.get("status", ""), owner, words, data.get("due"), evidence, data.get("seen"), link)


def _of(item: ChecklistItem) -> dict[str, Any]:
    return {
        "status": item.status, "owner": str(item.owner_id or ""), "words": item.owner_words, "due": item.due_on,
        "evidence": item.evidence, "seen": item.evidence_on, "link": item.evidence_link,
    }  # fmt: skip


SHOW = [
    ("", "Everything"),
    ("outstanding", "Outstanding"),
    ("met", "Met"),
    ("late", "Overdue"),
    ("mine", "Mine"),
]


class ItemFilter(FilterBar):
    """Which items of a checklist are shown, kept in the address."""

    def __init__(self, data: Mapping[str, Any], phases: Iterable[Phase], *, me: Membership, today: date) -> None:
        domains = {domain.key: domain.label for one in phases for domain in (*one.here, *one.next)}
        super().__init__(data, {"domain": ("Domain", [("", "Every domain"), *domains.items()]), "show": ("Show", SHOW)})
        self.me, self.today = me, today

    @property
    def is_set(self) -> bool:
        return any(self.chosen.values())

    def shows(self, item: ChecklistItem) -> bool:
        if self.chosen["domain"] not in ("", item.group):
            return False
        match self.chosen["show"]:
            case "outstanding":
                return not item.is_met
            case "met":
                return item.is_met
            case "late":
                return item.is_late(self.today)
            case "mine":
                return item.owner_id == self.me.pk
            case _:
                return True


class TakeForm(forms.Form):
    """Which items go into the plan, and what counts where an item does not say it itself."""

    def __init__(self, data: Any = None, *, items: Sequence[ChecklistItem], setting: Setting) -> None:
        self.rows = {str(one.pk): one for one in items}
        self.people = {str(one.pk): one for one in setting.people}
        begins = {"items": list(self.rows), "check": setting.check_after()}
        super().__init__(data, initial=begins)
        self.fields |= {
            "items": forms.MultipleChoiceField(
                label="Items of the checklist", choices=_by_domain(items), widget=forms.CheckboxSelectMultiple,
                error_messages={**choose("Choose from the list"), "required": "Tick at least one item"},
            ),
            "owner": _owner_field(self.people, "Nobody yet, or a role", setting.of_trust),
            "words": line("If a role sees to it: which", most=120),
            "due": DayField(label="Done by", required=False, error_messages=DAY_ERRORS),
            "check": DayField(
                label="Look at the impact on",
                error_messages={**DAY_ERRORS, "required": "Say when the impact is looked at"},
            ),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = [self.rows[key] for key in data.get("items", ())]
        unowned = [one for one in chosen if not one.seen_to_by]
        if unowned and not data.get("owner") and not data.get("words"):
            self.add_error("owner", "Say who sees to those items that name nobody yet")
        if data.get("owner") and data.get("words"):
            self.add_error("words", ONE_OWNER)
        if data.get("due") and (fault := day_fault(data["due"], today=timezone.localdate())):
            self.add_error("due", fault)
        if data.get("due") and data.get("check") and data["check"] < data["due"]:
            self.add_error("check", "The impact is looked at once the items are done, not before")
        return data

    def chosen(self) -> list[ChecklistItem]:
        return [self.rows[key] for key in self.cleaned_data["items"]]

    def draft(self) -> NewAction:
        """What every action has that its item does not say."""
        data = self.cleaned_data
        owner = self.people.get(data["owner"])
        return NewAction("", owner, data["words"], data["due"], data["check"])


def _by_domain(items: Iterable[ChecklistItem]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The ticks, each with who sees to it and by when where the item says so."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in items:
        known = [one.seen_to_by, f"by {on(one.due_on)}" if one.due_on else ""]
        more = ", ".join(filter(None, known))
        found.setdefault(one.group_label, []).append((str(one.pk), f"{one.words} ({more})" if more else one.words))
    return list(found.items())
