"""What the strategy says of a kind of review: which are offered, how deep each goes, and the form it is written in."""

from __future__ import annotations

from collections.abc import Mapping

from schools.strategy import Strategy
from schools.strategy.forms import Form, FormField
from schools.strategy.provision import MenuItem, ReviewType

PLAIN = Form(
    key="plain_review",
    label="Review",
    kind="review",
    footer=(
        FormField(key="www", label="What went well", kind="long_text", required=True, means="strengths"),
        FormField(key="ebi", label="Even better if", kind="long_text", required=True, means="development"),
        FormField(
            key="excellence",
            label="Area of excellence",
            kind="long_text",
            hint="Something other schools should see.",
            means="excellence",
        ),
    ),
)
"""For a kind of review to which the strategy gives no form. It has no judgements, since their words are the trust's."""


def kinds_of(strategy: Strategy) -> list[ReviewType]:
    """The kinds that are worked on here: those with a form of reviews, with none, or agreed. The rest are visits."""
    forms = strategy.form_by_key
    return [one for one in strategy.review_types if one.agreed or one.form is None or forms[one.form].kind == "review"]


def kind_of(strategy: Strategy, key: str) -> ReviewType | None:
    return next((one for one in strategy.review_types if one.key == key), None)


def evidence_of_kind(strategy: Strategy, key: str, form: Form) -> str:
    """Which of the trust's kinds of evidence such a review is; blank where the strategy names none."""
    return form.evidence_is or (key if key in strategy.matrix.source_labels else "")


def label_of(strategy: Strategy, key: str) -> str:
    """What the strategy calls this kind of review."""
    found = kind_of(strategy, key)
    return found.label if found else key.replace("_", " ")


def level_for(strategy: Strategy, kind: ReviewType, levels: Mapping[str, str]) -> str:
    """The level that this kind of review goes by: of the school's levels, by axis, the one that asks for most support.

    Blank where the kind goes by none of them.
    """
    named = kind.depth.keys() | kind.form_by_level.keys()
    tones = {
        level.key: level.tone
        for axis, key in levels.items()
        if axis in strategy.axis_by_key
        for level in strategy.axis_levels(axis)
        if level.key == key and key in named
    }
    return max(tones, key=lambda key: tones[key]) if tones else ""


def depth_of(kind: ReviewType, level: str) -> str:
    """“Light touch”, or nothing where the strategy does not say."""
    return kind.depth.get(level, "")


def form_of(strategy: Strategy, key: str) -> Form:
    """The form a review is written in."""
    return strategy.form_by_key.get(key, PLAIN)


def offered(strategy: Strategy) -> list[MenuItem]:
    """The entries of the menu that are a kind of review which is worked on here."""
    known = {one.key for one in kinds_of(strategy)}
    return [item for item in strategy.menu if item.review in known]


def on_menu(strategy: Strategy, key: str) -> str:
    """What the menu calls an entry."""
    return next((item.label for item in strategy.menu if item.key == key), key.replace("_", " "))


def kind_on_menu(strategy: Strategy, key: str) -> str:
    """The kind of review that an entry of the menu is."""
    return next((item.review or "" for item in strategy.menu if item.key == key), "")
