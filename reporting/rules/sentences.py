"""What a report says in whole sentences: its finding, what readers are asked to do, what they might ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schools.words import capital, counted, listed, number, verb


@dataclass(frozen=True)
class Standing:
    """One school's place, in words, for sentences about it."""

    school: str
    word: str
    step: int
    axis: str = ""


@dataclass(frozen=True)
class Tally:
    """What a report counts. Schools are named once each, in the order of the report."""

    since: str  # “the last board on 9 July 2026”
    schools: int
    up: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    first: tuple[str, ...] = ()  # placed for the first time
    joined: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    replies_waited: int = 0
    replies: int = 0
    differing: int = 0
    proposed: int = 0
    unknown: int = 0
    stale: int = 0
    cells: int = 0
    weakest: tuple[Standing, ...] = ()
    thin: tuple[tuple[str, int, int], ...] = ()  # school, criteria unknown, criteria asked
    priorities: tuple[tuple[str, int], ...] = ()  # criterion, schools that need support with it
    axes: int = 1
    matrix: str = "risk matrix"
    category: str = "category"
    readers: str = "trustees"


def gist(tally: Tally) -> tuple[str, ...]:
    """The finding, in two sentences a busy person could stop at."""
    return (_movement(tally), _known(tally))


def _movement(tally: Tally) -> str:
    up, down = len(tally.up), len(tally.down)
    if not up and not down:
        return f"No school has moved since {tally.since}."
    moves = []
    if tally.axes:
        less, more = "needs less support", "needs more"
        if up:
            moves.append(f"{counted(up, 'school')} {verb(up, less, 'need less support')}")
        if down:
            subject = counted(down, "school") if not up else number(down)
            moves.append(f"{subject} {verb(down, more, 'need more')}{'' if up else ' support'}")
    else:
        if up:
            moves.append(f"{counted(up, 'school')} {verb(up, 'is', 'are')} stronger in places")
        if down:
            moves.append(f"{counted(down, 'school') if not up else number(down)} weaker in places")
    return f"{capital(' and '.join(moves))} since {tally.since}."


def _known(tally: Tally) -> str:
    if tally.overdue:
        late = capital(counted(len(tally.overdue), f"{tally.matrix} is", f"{plural(tally.matrix)} are"))
        return f"{late} overdue, and {_unknown(tally)}."
    return f"{capital(_unknown(tally))}."


def _unknown(tally: Tally) -> str:
    if not tally.cells:
        return "nothing has been agreed yet"
    of = f"of {tally.cells:,} judgements"
    if not tally.unknown and not tally.stale:
        return f"all {tally.cells:,} judgements rest on current evidence"
    unknown, stale = number(tally.unknown), number(tally.stale)
    if not tally.stale:
        return f"{unknown} {of} {verb(tally.unknown)} unknown"
    if not tally.unknown:
        return f"{stale} {of} {verb(tally.stale, 'rests', 'rest')} on old evidence"
    old = f"{stale} {verb(tally.stale, 'rests', 'rest')} on old evidence"
    return f"{of} {unknown} {verb(tally.unknown)} unknown and {old}"


def plural(noun: str) -> str:
    """“risk matrices”, “profiles”."""
    return noun[:-2] + "ces" if noun.endswith("ix") else noun + "s"


def lede(tally: Tally) -> str:
    """The opening of what changed: who moved, who is new."""
    said = []
    for names, moved, in_places in ((tally.up, "moved up", "stronger"), (tally.down, "moved down", "weaker")):
        if names and tally.axes:
            said.append(f"{listed(names, most=6)} {verb(len(names), 'has', 'have')} {moved}.")
        elif names:
            said.append(f"{listed(names, most=6)} {verb(len(names))} {in_places} in places.")
    if not said:
        said.append(f"No school has moved since {tally.since}.")
    if tally.first:
        said.append(f"{listed(tally.first, most=6)} {verb(len(tally.first), 'has', 'have')} a first {tally.category}.")
    if tally.joined:
        said.append(f"{listed(tally.joined, most=6)} {verb(len(tally.joined), 'has', 'have')} joined the trust.")
    return " ".join(said)


def asks(tally: Tally) -> tuple[str, ...]:
    """What the readers are asked to do, from what is on the page."""
    return tuple(_asks(tally))


def _asks(tally: Tally) -> Iterator[str]:
    moved = len({*tally.up, *tally.down, *tally.first})
    waited = f", and {counted(tally.replies_waited, 'reply', 'replies')} still awaited" if tally.replies_waited else ""
    yield f"Note {'what changed at ' + counted(moved, 'school') if moved else 'that no school has moved'}{waited}."
    if tally.differing:
        decisions = counted(tally.differing, "decision that differs", "decisions that differ")
        yield f"Consider the {decisions} from what the rules propose, and the reasons given."
    if tally.weakest:
        names = listed([one.school for one in tally.weakest], most=4)
        yield f"Ask what has been done for {names}, which {verb(len(tally.weakest), 'needs', 'need')} most support."
    if tally.overdue:
        yield f"Ask when {listed(tally.overdue, most=4)} will send what is overdue."
    if tally.proposed:
        yield f"Note that {counted(tally.proposed, 'proposal')} {verb(tally.proposed, 'waits', 'wait')} for a decision."


NOTHING_STANDS_OUT = "Nothing stands out. What would we expect to see first if something were going wrong?"


def questions(tally: Tally) -> tuple[str, ...]:
    """Questions the readers might ask, each from a fact of the report."""
    return tuple(_questions(tally))[:10] or (NOTHING_STANDS_OUT,)


def _questions(tally: Tally) -> Iterator[str]:
    for one in tally.weakest[:4]:
        yield f"{one.school}: what was promised when it was placed at {one.word}, what was given, and what changed?"
    for school in tally.down[:3]:
        if school not in {one.school for one in tally.weakest[:4]}:
            yield f"{school}: what lies behind the move, and did we see it coming?"
    for school in tally.up[:2]:
        yield f"{school}: what made the difference, and which other school could use it?"
    for school, unknown, asked in tally.thin[:3]:
        yield f"{school}: {number(unknown)} of {number(asked)} criteria are unknown. When will they be known?"
    for criterion, schools in tally.priorities[:2]:
        yield f"{criterion}: {counted(schools, 'school needs', 'schools need')} support. Who in the trust can help?"
