"""Faults in plain words: where in the file, what was found, what was expected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

_SHOWN = 60  # characters of a wrong value that are repeated


def sentences(error: ValidationError, raw: Any, root: type[BaseModel]) -> list[str]:
    """One sentence a fault, each beginning with its path. List items are named by their key where they have one."""
    found = []
    for item in error.errors(include_url=False):
        path = _path(item["loc"], raw)
        found += [f"{path}: {line}" if path else line for line in _said(item, root).split("\n")]
    return found


def _path(loc: tuple[int | str, ...], raw: Any) -> str:
    steps, at = [], raw
    for step in loc:
        at = _inside(at, step)
        key = at.get("key") if isinstance(step, int) and isinstance(at, dict) else None
        steps.append(str(key or step))
    return ".".join(steps)


def _inside(value: Any, step: int | str) -> Any:
    """One step down. A step that is not in the file is the name of a kind (a rule's), which stays where it is."""
    if isinstance(value, dict):
        return value.get(step, value)
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return value[step]
    return value


def _said(item: ErrorDetails, root: type[BaseModel]) -> str:
    context = item.get("ctx", {})
    match item["type"]:
        case "missing":
            return "expected a value here; none is given"
        case "extra_forbidden":
            return f"this name is not known here; expected one of {', '.join(_names(item['loc'][:-1], root))}"
        case "enum" | "literal_error":
            return f"{_quoted(item['input'])} is not known; expected {context['expected']}"
        case "union_tag_invalid":
            return f"{_quoted(context['tag'])} is not a known kind; expected {context['expected_tags']}"
        case "union_tag_not_found":
            return "expected a kind here; none is given"
        case "string_pattern_mismatch":
            return f"{_quoted(item['input'])} does not fit; expected {_pattern(context['pattern'])}"
        case "too_short" | "too_long":
            least = "at least" if item["type"] == "too_short" else "at most"
            wanted = context.get("min_length", context.get("max_length"))
            return f"expected {least} {wanted} here; found {context['actual_length']}"
        case "value_error":
            return item["msg"].removeprefix("Value error, ")
        case _:
            return f"found {_quoted(item['input'])}; expected {_wanted(item['msg'])}"


def _quoted(value: Any) -> str:
    text = str(value)
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"


def _wanted(message: str) -> str:
    """The parser's remark as the object of “expected”."""
    wanted = (
        message.split(",")[0]
        .replace("Input should be ", "")
        .replace("valid tuple", "list")
        .replace("String should have ", "")
    )
    return wanted[:1].lower() + wanted[1:]


def _pattern(pattern: str) -> str:
    inner = pattern.removeprefix("^(").removesuffix(")$")
    if "|" in inner:
        return f"one of {inner.replace('|', ', ')}"
    most = pattern.rpartition(",")[2].rstrip("}$")
    return f"a small letter, then at most {most} small letters, digits or _"


def _names(loc: tuple[int | str, ...], root: type[BaseModel]) -> list[str]:
    """The names the model at this place knows."""
    models: list[type[BaseModel]] = [root]
    for step in loc:
        inside = [part for model in models for part in _models_of_field(model, step)]
        tagged = [model for model in models if step in _tags(model)]
        models = inside or tagged or models
    return list(dict.fromkeys(name for model in models for name in model.model_fields))


def _models_of_field(model: type[BaseModel], step: int | str) -> list[type[BaseModel]]:
    field = model.model_fields.get(str(step))
    return list(_models_in(field.annotation)) if field else []


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()
