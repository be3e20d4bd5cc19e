"""A term of monitoring summed up: what was looked at, what was judged, what is to be done, what came of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from monitoring.rules.triangulation import subject_key
from plans.rules.actions import day_that_counts


@dataclass(frozen=True)
class Judged:
    """One judgement box: what it was about, the level in words and its tone, and the framework it follows."""

    about: str
    word: str
    tone: int
    framework: str = ""


@dataclass(frozen=True)
class Said:
    """A recommendation or something to be done, as the form has it, with the subject or area it is about."""

    about: str
    text: str


@dataclass(frozen=True)
class Look:
    """One visit of the term. What a person may not read of it is left out, and `hidden` then says so."""

    number: int
    school_id: int
    school: str
    form: str
    kind: str
    state: str
    on: date | None
    planned_for: date | None = None
    subject: str = ""
    year_groups: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()  # labels
    judged: tuple[Judged, ...] = ()
    said: tuple[Said, ...] = ()
    committee: str = ""  # that follows its actions up
    reply: str = ""
    comment: str = ""
    final: bool = False
    hidden: bool = False

    @property
    def took_place(self) -> bool:
        return self.state not in ("planned", "draft")


@dataclass(frozen=True)
class Followed:
    """What the committee found of an action, the latest time it looked."""

    on: date
    found: str
    closes: bool


@dataclass(frozen=True)
class Deed:
    """An action that came of a visit. `verdict` is one of the words of plans; blank where nobody has looked yet."""

    number: int
    visit: int
    school: str
    what: str
    owner: str
    due_on: date | None
    check_on: date | None
    is_open: bool
    verdict: str
    closed_on: date | None
    followed: Followed | None = None

    def is_overdue(self, today: date) -> bool:
        """Open past the day that counts, as everywhere else."""
        day = day_that_counts(self.due_on, self.check_on, looked_at=bool(self.verdict))
        return self.is_open and day is not None and day < today


@dataclass(frozen=True)
class SubjectSeen:
    """A subject over the term."""

    label: str
    looks: int
    schools: int
    years: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class JudgedSeen:
    """A judgement box over the term: each level given with how often, strongest first.

    Two frameworks that ask for the same by name stand beside each other and are never added up.
    """

    about: str
    framework: str
    levels: tuple[tuple[str, int, int], ...]  # word, tone, times


@dataclass(frozen=True)
class Theme:
    """What was said of one subject or area: each text once with the visits that said it, the most frequent first."""

    about: str
    lines: tuple[tuple[str, tuple[Look, ...]], ...]


@dataclass(frozen=True)
class Actions:
    """Open and overdue as of today; closed in the term, by verdict."""

    open: tuple[Deed, ...]
    overdue: tuple[Deed, ...]
    closed: tuple[Deed, ...]
    verdicts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class TermSummary:
    """Everything one page shows of a term, for one school or for all that a person reads."""

    looks: int
    schools: int
    forms: tuple[tuple[str, int], ...]
    kinds: tuple[tuple[str, int], ...]
    subjects: tuple[SubjectSeen, ...]
    judged: tuple[JudgedSeen, ...]
    themes: tuple[Theme, ...]
    accurate: int
    silent: int
    waiting: int
    comments: tuple[Look, ...]
    actions: Actions
    not_done: tuple[Look, ...]
    to_come: tuple[Look, ...]
    hidden: int
    checks: tuple[tuple[Look, tuple[Deed, ...]], ...] = field(default=())


VERDICTS = ("worked", "partly", "did_not", "too_early")


def sum_up(looks: Sequence[Look], deeds: Sequence[Deed], *, since: date, until: date, today: date) -> TermSummary:
    """The looks are those of the term; the deeds those of every visit of these schools, whenever it was."""
    done = [look for look in looks if look.took_place]
    planned = sorted((look for look in looks if look.planned_for and not look.took_place), key=_planned)
    by_visit: dict[int, list[Deed]] = defaultdict(list)
    for deed in deeds:
        by_visit[deed.visit].append(deed)
    return TermSummary(
        looks=len(done),
        schools=len({look.school_id for look in done}),
        forms=_most(look.form for look in done),
        kinds=_most(kind for look in done for kind in look.sources),
        subjects=tuple(_subjects(done)),
        judged=tuple(_judged(done)),
        themes=tuple(_themes(done)),
        accurate=sum(look.reply == "accurate" for look in done),
        silent=sum(look.final and not look.reply for look in done),
        waiting=sum(not look.final for look in done),
        comments=tuple(look for look in done if look.reply == "comment"),
        actions=_actions(deeds, since=since, until=until, today=today),
        not_done=tuple(look for look in planned if _planned(look) < today),
        to_come=tuple(look for look in planned if _planned(look) >= today),
        hidden=sum(look.hidden for look in done),
        checks=tuple((look, tuple(by_visit[look.number])) for look in done if _is_check(look)),
    )


def _is_check(look: Look) -> bool:
    """A health check, or another visit whose actions a committee follows up."""
    return look.kind == "health_check" or bool(look.committee)


def _planned(look: Look) -> date:
    return look.planned_for or date.max


def _most(words: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Each with how often, the most frequent first."""
    return tuple(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))


def _subjects(done: list[Look]) -> Iterable[SubjectSeen]:
    grouped: dict[str, list[Look]] = defaultdict(list)
    for look in done:
        if look.subject:
            grouped[subject_key(look.subject)].append(look)
    for _, seen in sorted(grouped.items()):
        years = dict.fromkeys(year for look in seen for year in look.year_groups)
        kinds = dict.fromkeys(kind for look in seen for kind in look.sources)
        schools = len({look.school_id for look in seen})
        yield SubjectSeen(seen[0].subject, len(seen), schools, tuple(years), tuple(kinds))


def _judged(done: list[Look]) -> Iterable[JudgedSeen]:
    grouped: dict[tuple[str, str], Counter[tuple[int, str]]] = defaultdict(Counter)
    for look in done:
        for one in look.judged:
            grouped[one.about, one.framework][one.tone, one.word] += 1
    for (about, framework), levels in sorted(grouped.items()):
        yield JudgedSeen(about, framework, tuple((word, tone, times) for (tone, word), times in sorted(levels.items())))


def _themes(done: list[Look]) -> Iterable[Theme]:
    """By subject or area; what one visit says twice counts once."""
    grouped: dict[str, dict[str, dict[int, Look]]] = defaultdict(lambda: defaultdict(dict))
    labels: dict[str, str] = {}
    for look in done:
        for one in look.said:
            key = subject_key(one.about)
            labels.setdefault(key, one.about)
            grouped[key][one.text][look.number] = look
    for key in sorted(grouped):
        lines = [(text, tuple(looks.values())) for text, looks in grouped[key].items()]
        yield Theme(labels[key], tuple(sorted(lines, key=lambda line: -len(line[1]))))


def _actions(deeds: Sequence[Deed], *, since: date, until: date, today: date) -> Actions:
    still = [deed for deed in deeds if deed.is_open]
    overdue = tuple(deed for deed in still if deed.is_overdue(today))
    closed = tuple(deed for deed in deeds if deed.closed_on and since <= deed.closed_on <= until)
    counts = Counter(deed.verdict for deed in closed)
    counts["too_early"] = sum(deed.verdict == "too_early" for deed in still)
    found = tuple((verdict, counts[verdict]) for verdict in VERDICTS)
    return Actions(tuple(one for one in still if one not in overdue), overdue, closed, found)
