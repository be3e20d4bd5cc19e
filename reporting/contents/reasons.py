"""Why schools are where they are, and where people decided other than the rules proposed."""

from __future__ import annotations

from dataclasses import replace

from categorisation.models import Decision
from reporting.contents.facts import Differences, Differing, Reason, Reasons, Tile
from reporting.contents.gather import Found
from reporting.contents.levels import decided_tile, explanation, note_of, reason_of, reply_of, support_of, tile
from reporting.contents.matrix import category_cell
from reporting.contents.moves import NEEDS_SUPPORT, differs
from reporting.queries.overview import Category, SchoolLine, Sheet
from reporting.rules.sentences import Tally
from schools.words import counted, on, verb

MOST_SENTENCES = 3


def reasons(found: Found, tally: Tally, title: str) -> Reasons | None:
    """Schools that need most support on some axis: what held them, what would move them, what they are promised."""
    if not any(sheet.axes for sheet in found.sheet.sheets):
        return None
    told: list[Reason] = []
    for sheet, line in found.lines:
        shown = [one for one in line.categories if one.step in NEEDS_SUPPORT or one.between]
        told += [replace(reason_for(found, sheet, line, one), more=one is not shown[0]) for one in shown]
    names = len({one.school for one in told})
    lede = f"{counted(names, 'school').capitalize()} {verb(names, 'needs', 'need')} more support than most."
    if not told:
        lede = "No school is at a level that needs more support than most."
    return Reasons(title or "Schools that need most support, and why", lede, tuple(told))


def reason_for(found: Found, sheet: Sheet, line: SchoolLine, category: Category) -> Reason:
    """One school on one axis."""
    words = explanation(found.proposals.get((line.school_id, category.axis)))
    cell = category_cell(category)
    agreed = f"agreed {on(category.since)}" if category.since else cell.state
    return Reason(
        school=line.name,
        axis=category.axis_label if len(sheet.axes) > 1 else "",
        tile=Tile(cell.word, cell.step),
        note=agreed,
        held=words.held[:MOST_SENTENCES] if words else (),
        up=words.up[:1] if words else (),
        support=support_of(sheet.strategy, category.axis, category.level) if category.state == "agreed" else (),
    )


def differing(found: Found, tally: Tally, title: str) -> Differences | None:
    """Decisions in force that are not what was proposed, with the reason and the reply."""
    if not any(sheet.axes for sheet in found.sheet.sheets):
        return None
    shown = []
    for _, line in found.lines:
        for (school, _), decisions in found.decisions.items():
            if school == line.school_id and differs(decisions[-1]):
                shown.append(_differing(found, line, decisions[-1]))
    count = counted(len(shown), "decision in force differs", "decisions in force differ").capitalize()
    lede = f"{count} from what the rules proposed. People decide; each gave a reason."
    if not shown:
        lede = "Every decision in force is what the rules proposed, or was made without a proposal."
    return Differences(title or "Decisions that differ from the proposal", lede, tuple(shown))


def _differing(found: Found, line: SchoolLine, decision: Decision) -> Differing:
    strategy = found.strategies[decision.strategy_version_id]
    proposal = decision.proposal
    assert proposal is not None
    proposed = tile(strategy, decision.axis, proposal.level) or Tile("Not enough evidence", 0)
    return Differing(
        school=line.name,
        note=note_of(strategy, decision),
        proposed=proposed,
        decided=decided_tile(found, decision),
        reason=reason_of(decision),
        reply=reply_of(found, decision),
    )
