"""What autosave's answer says of the ratings it stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from categorisation.forms import RatingForm, initial_of, state_of
from categorisation.models import Assessment
from categorisation.queries import missing_in
from categorisation.services import Saved, entry_of
from categorisation.views.pages import field_of, shown


def told_of_ratings(assessment: Assessment, forms: Mapping[str, RatingForm], saved: Saved) -> dict[str, Any]:
    """By control or by form: what is missing before it can be sent, how far it is, and what is stored otherwise."""
    ratings = {key: saved.ratings[key] for key in forms}
    entries = {key: entry_of(rating) for key, rating in ratings.items()}
    missing = missing_in(assessment, entries, today=timezone.localdate())
    return {
        "missing": {field_of(one, ratings[one.kpi].kpi.number): one.sentence for one in missing},
        "states": {form.prefix: state_of(ratings[key]) for key, form in forms.items()},
        "values": {
            f"{form.prefix}-{name}": value
            for key, form in forms.items()
            for name, value in _otherwise(form, shown(initial_of(ratings[key]))).items()
        },
    }


def _otherwise(form: RatingForm, stored: Mapping[str, Any]) -> dict[str, list[str]]:
    """Date and sources where those stored are not those sent: they came with a suggestion that is not followed."""
    sent = shown(vars(form.entry()))
    found = {"evidence_on": [stored["evidence_on"]], "sources": list(stored["sources"])}
    return {name: values for name, values in found.items() if stored[name] != sent[name]}
