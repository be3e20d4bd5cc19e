"""A trust's colour: whether it can be read, and what is mixed from it."""

from __future__ import annotations

import re

WHITE, PAPER = "#ffffff", "#faf8f4"
LEAST_CONTRAST = 4.5
"""Of an accent on white and on the page's paper (WCAG 2.2, 1.4.3)."""


def contrast(one: str, other: str) -> float:
    """The contrast of two colours like #2b4a86, from 1 (the same) to 21 (black on white), as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def accent_contrast(accent: str) -> float:
    """The lower of an accent's contrasts on white and on paper, cut (not rounded) to two places."""
    return int(min(contrast(accent, WHITE), contrast(accent, PAPER)) * 100) / 100


def accent_fault(accent: str) -> str:
    """Why a trust cannot have this colour; empty where it can."""
    if not re.fullmatch("#[0-9a-f]{6}", accent):
        return "Enter a colour like #2b4a86."
    if (ratio := accent_contrast(accent)) < LEAST_CONTRAST:
        return f"This colour's contrast is {ratio} to 1; choose a darker one, of 4.5 or more."
    return ""


def accent_tokens(accent: str) -> dict[str, str]:
    """The four colours a trust's accent stands for, by the name of their token."""
    return {
        "accent": accent,
        "accent-strong": mixed(accent, "#000000", 0.27),
        "accent-tint": mixed(accent, WHITE, 0.9),
        "on-accent": WHITE,
    }


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a share (0 to 1) of `other` in it."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    shares = [channel / 255 for channel in _channels(colour)]
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
