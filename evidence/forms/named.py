"""The gentle word about names: beside the field it concerns, and once more before a text is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

from django import forms

from evidence.queries.sef import people_of_school
from evidence.rules.people_named import people_named
from schools.filled import label_of
from schools.forms.filled import FilledForm
from schools.words import listed

SURE = "as_it_is"
"""What a page sends along once its writer was asked: the `mark` of what they saw."""

ONCE_MORE = " To keep it as it is, send it once more."


def named_words(words: Sequence[str]) -> str:
    """The gentle warning itself."""
    quoted = listed([f"“{one}”" for one in words], most=5)
    return f"This seems to name a person: {quoted}. Many people may read it, so say the role instead."


def names_in(texts: Mapping[str, str], school_id: int | None) -> dict[str, str]:
    """By name of the text, a sentence where a person seems to be named. One query, none where nothing is written."""
    if not any(texts.values()):
        return {}
    known = people_of_school(school_id)
    found = {name: people_named(text, known) for name, text in texts.items()}
    return {name: named_words(words) for name, words in found.items() if words}


def named_in(form: FilledForm, school_id: int | None) -> dict[str, str]:
    """The same of a form of the strategy, by answer; the form shows each beside its control."""
    form.named = names_in({name: str(form[name].value() or "") for name in _prose(form)}, school_id)
    return form.named


def mark_of(named: Mapping[str, str]) -> str:
    """Changes with what seems to be named, so that one answer does not cover another name."""
    return sha256(repr(sorted(named.items())).encode()).hexdigest()[:16]


def asked_in(form: FilledForm, sure: str) -> dict[str, object]:
    """What a page asks before it sends a form in which a person seems to be named; empty where that was answered."""
    mark = mark_of(form.named)
    if not form.named or sure == mark:
        return {}
    labels = {name: label_of(form.definition, name) for name in form.named}
    return {
        "mark": mark,
        "lines": [{"id": f"id_{name}", "label": labels[name], "words": form.named[name]} for name in labels],
    }


def ask_once_more(sent: Mapping[str, str], school_id: int | None, *asked: forms.Form) -> str:
    """Ask beside each text of these forms that seems to name a person. What the page sends along the next time.

    Blank where nothing is asked, or was answered. At most one query.
    """
    texts = {form.add_prefix(name): form[name].value() or "" for form in asked for name in _prose(form)}
    named = names_in(texts, school_id)
    mark = mark_of(named)
    if not named or sent.get(SURE) == mark:
        return ""
    for form in asked:
        form.is_valid()
        for name in _prose(form):
            if words := named.get(form.add_prefix(name)):
                form.add_error(name, words + ONCE_MORE)
    return mark


def _prose(form: forms.Form) -> list[str]:
    if isinstance(form, FilledForm):
        return [name for name, field in form.fields.items() if field.definition.is_prose]  # type: ignore[attr-defined]
    return [name for name, field in form.fields.items() if isinstance(field.widget, forms.Textarea)]
