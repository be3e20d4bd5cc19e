"""The checklists of schools at a level that has one, part of them met: invented from the words of plans."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from plans.models import ChecklistItem
from plans.queries.stays import Stand, stands_of
from plans.rules.checklist import to_take_up
from plans.services.following import ENTERED, entry_label, new_item
from reporting.management.demo.calendar import Terms, moment, working_day
from reporting.management.demo.people import People
from reporting.management.demo.record import Record
from reporting.management.demo.story import Story, TrustPlan
from schools.models import Membership, School, StrategyVersion

Status = ChecklistItem.Status
STANDS = (Status.MET, Status.MET, Status.UNDER_WAY, Status.OPEN)
"""One item after the other."""

TO_COME, PAST = timedelta(days=24), timedelta(days=6)


class ChecklistWriter:
    """Writes the checklists of one trust, once the levels are decided."""

    def __init__(
        self, story: Story, plan: TrustPlan, people: People, version: StrategyVersion, terms: Terms, record: Record
    ) -> None:
        self.words, self.plan, self.people, self.version = story.plans["checklist"], plan, people, version
        self.terms, self.record = terms, record

    def write(self, schools: Mapping[str, School]) -> None:
        """Each school's at its level, with who sees to what."""
        here = {one.pk: key for key, one in schools.items() if one.left_on is None}
        stands = stands_of([one for one in schools.values() if one.pk in here], today=self.terms.today)
        rows = [row for pk, mine in stands.items() for stand in mine for row in self._items(stand, here[pk])]
        ChecklistItem.objects.bulk_create(rows)

    def _items(self, stand: Stand, key: str) -> list[ChecklistItem]:
        asked = to_take_up(self.version.strategy, stand.levels)
        if not asked:
            return []
        self.record.write(
            ENTERED, stand.school, at=stand.run.told_at, by=None, school=stand.school, after=stand.level.label,
            label=entry_label(stand),
        )  # fmt: skip
        rows = [new_item(stand.school, self.version, one) for one in asked]
        unmet = self.plan.unmet if key == self.plan.unplanned else ()
        self._fill([row for row in rows if row.level == stand.level.key], self.people.head(key, 0), stand, unmet)
        return rows

    def _fill(self, rows: Sequence[ChecklistItem], head: Membership, stand: Stand, unmet: Collection[str] = ()) -> None:
        """Two in four met, one under way and late in the first domain, one not begun."""
        begun = max(stand.stay.since, self.terms.today - timedelta(days=60))
        for place, row in enumerate(rows):
            row.taken_up_on, row.status = begun, Status.OPEN if row.words in unmet else STANDS[place % len(STANDS)]
            row.owner = head
            seen = min(working_day(begun + timedelta(days=7 + place)), self.terms.today)
            if row.status == Status.MET:
                row.evidence, row.evidence_on = self.words[place % len(self.words)], seen
            else:
                late = place == STANDS.index(Status.UNDER_WAY)
                row.due_on = working_day(self.terms.today + (-PAST if late else TO_COME + timedelta(days=place)))
            if row.status != Status.OPEN:
                row.set_by, row.set_at, row.version = head, moment(seen, "15:40"), 2
