"""The read row: one slot a KPI of the trust's register, written together with the ratings and rebuildable from them."""

from __future__ import annotations

from collections.abc import Iterable

from categorisation.models import Assessment, Rating


def slots(ratings: Iterable[Rating]) -> tuple[list[int | None], list[int | None], list[int | None]]:
    """Levels that count, days of the evidence (proleptic ordinals) and numbers of source kinds, by KPI number."""
    known = {rating.kpi.number: rating for rating in ratings if rating.written_at}
    size = max(known, default=-1) + 1
    row = [known.get(number) for number in range(size)]
    return (
        [rating.counts_as if rating else None for rating in row],
        [rating.evidence_on.toordinal() if rating and rating.evidence_on else None for rating in row],
        [len(rating.sources) if rating else None for rating in row],
    )


def write_read_row(assessment: Assessment, ratings: Iterable[Rating], *, version: int) -> None:
    """Write the slots and the version in one statement."""
    assessment.levels, assessment.evidence_days, assessment.source_counts = slots(ratings)
    assessment.version = version
    assessment.save(update_fields=["levels", "evidence_days", "source_counts", "version"])


def differing_read_rows(*, mend: bool = False) -> list[int]:
    """The open trust's assessments whose read row is not what their ratings say; with `mend` they are rewritten."""
    found = []
    for assessment in Assessment.objects.prefetch_related("ratings__kpi").iterator(chunk_size=200):
        row = slots(assessment.ratings.all())
        if row != (assessment.levels, assessment.evidence_days, assessment.source_counts):
            found.append(assessment.pk)
            if mend:
                write_read_row(assessment, assessment.ratings.all(), version=assessment.version + 1)
    return found
