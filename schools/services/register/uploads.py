"""Files given to the operator's page: kept for the worker, checked first, imported when the operator says so."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

from celery import current_app
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from schools import jobs
from schools.models import RegisterImport, User

from .importing import UPLOADS, About, ImportResult, date_in_name, import_file, missing_of
from .reading import MOST_BYTES
from .refusal import Refused
from .staging import Progress

TASK = "schools.read_register_file"
BROKEN = "The file could not be read: the work broke off three times. Try again, or import it by the command."
A_YEAR = re.compile(r"20\d\d[-_]?(20)?\d\d(?!\d)")
"""An academic year in a file's name: such a file is of that year, and needs no day."""
State = RegisterImport.State
BUSY = (State.CHECKING, State.IMPORTING)


class Overtaken(Exception):
    """Another worker has taken the file since."""


def path_of(upload: RegisterImport) -> Path:
    """Where the file waits. Web and worker see the same folder."""
    return Path(settings.DATA_DIR) / "register" / f"{upload.pk}.upload"


def receive_file(file: UploadedFile, *, as_at: date | None, by: User, year: str = "") -> RegisterImport:
    """Keep the file and have it checked in the background. Raises ValidationError for a size or day that cannot be,
    and where the name says neither day nor year for a file that is of no known kind or needs to say one of the two.

    A year that the file's name does not say (2024-25) is put before the name, where the reading looks for it.
    """
    name = f"{year}_{file.name or 'file'}" if year else file.name or "file"
    name = name[:20] + name[20:][-100:]
    day = as_at or date_in_name(name)
    if day is not None and day > timezone.localdate():
        raise ValidationError({"as_at": "This day is in the future. Enter the day the file was made."})
    if not file.size or file.size > MOST_BYTES:
        raise ValidationError({"file": f"Choose a file of at most {MOST_BYTES // 2**20} MB that is not empty."})
    if day is None and not A_YEAR.search(name) and (missing := missing_in(file, name)):
        raise ValidationError(dict(missing))
    with transaction.atomic():
        upload = RegisterImport.objects.create(filename=name, as_at=day, uploaded_by=by)
        keep_file(file, path_of(upload))
        put_in_line(upload)
    return upload


def missing_in(file: UploadedFile, name: str) -> dict[str, str]:
    """What the operator has to say of a file whose name says nothing: first of all, what keeps it from being read."""
    with NamedTemporaryFile(suffix=".upload") as copy:
        copy.writelines(file.chunks())
        copy.flush()
        try:
            return missing_of(Path(copy.name), About(name), kinds=UPLOADS)
        except Refused as refusal:
            return {"file": str(refusal)}


def keep_file(file: UploadedFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)


def start_import(upload: RegisterImport) -> None:
    """Import a file that was checked. Asking again does nothing new; one that was refused raises ValidationError."""
    with transaction.atomic():
        rows = RegisterImport.objects.filter(pk=upload.pk)
        anew = {"rows_read": 0, "percent": 0, "attempt": 0, "lease_until": None}
        if rows.filter(state=State.CHECKED).update(state=State.IMPORTING, **anew):
            put_in_line(upload)
        elif rows.filter(state__in=(State.CHECKING, State.REFUSED)).exists():
            raise ValidationError("This file cannot be imported: it is still being checked, or was refused.")


def put_in_line(upload: RegisterImport) -> None:
    """The row is the job; a worker is told once it is saved."""
    transaction.on_commit(lambda: nudge(upload.pk))


def nudge(upload_id: int) -> None:
    """Tell a worker. A broker that is away is no error: the sweep will find the row."""
    with suppress(OperationalError):
        current_app.send_task(TASK, args=[upload_id], retry=False)


def sweep() -> None:
    """Nudge again what nobody is reading, and give up on what broke off three times."""
    now = timezone.now()
    forgotten = Q(lease_until=None, uploaded_at__lt=now - jobs.LEASE / 2)
    waiting = RegisterImport.objects.filter(forgotten | Q(lease_until__lt=now), state__in=BUSY)
    for upload in waiting:
        if upload.attempt >= jobs.MOST_ATTEMPTS:
            close(upload, State.REFUSED, refusal=BROKEN)
        else:
            nudge(upload.pk)


def take(upload_id: int) -> RegisterImport | None:
    """Take the file if it is to be read and no worker has it."""
    now = timezone.now()
    free = RegisterImport.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), pk=upload_id, state__in=BUSY)
    taken = free.update(attempt=F("attempt") + 1, lease_until=now + jobs.LEASE)
    return RegisterImport.objects.get(pk=upload_id) if taken else None


def read(upload_id: int) -> None:
    """The worker's part: check the file, or import it. A worker that is lost leaves it to the next."""
    upload = take(upload_id)
    if upload is None:
        return
    try:
        read_upload(upload, dry_run=upload.state == State.CHECKING)
    except Refused as refusal:
        close(upload, State.REFUSED, refusal=str(refusal)[:400])
    except Overtaken:
        return


def progress_of(upload: RegisterImport) -> Progress:
    """Writes how far the reading is, for the page, and keeps the file for another lease."""
    mine = RegisterImport.objects.filter(pk=upload.pk, attempt=upload.attempt, state=upload.state)

    def write(rows: int, share: float) -> None:
        until = timezone.now() + jobs.LEASE
        if not mine.update(lease_until=until, rows_read=rows, percent=round(100 * min(share, 1))):
            raise Overtaken

    return write


def read_upload(upload: RegisterImport, *, dry_run: bool) -> None:
    """Check or import the file and write down the result."""
    result = import_file(
        path_of(upload), filename=upload.filename, as_at=upload.as_at, dry_run=dry_run, progress=progress_of(upload),
        kinds=UPLOADS,
    )  # fmt: skip
    write_result(upload, result)
    if result.refused:
        close(upload, State.REFUSED)
    else:
        close(upload, State.CHECKED if dry_run else State.DONE)


def write_result(upload: RegisterImport, result: ImportResult) -> None:
    upload.as_at = result.as_at
    upload.kind, upload.rows_read, upload.rows_kept = result.label, result.rows_read, result.rows_kept
    upload.counts = {what: asdict(count) for what, count in result.counts.items()}
    upload.notes, upload.fault_count = result.notes, result.fault_count
    upload.faults = [asdict(fault) for fault in result.faults]


def close(upload: RegisterImport, state: RegisterImport.State, *, refusal: str = "") -> None:
    """Write the new state; the file itself is not kept longer than it is needed."""
    upload.state, upload.refusal, upload.percent, upload.finished_at = state, refusal, 100, timezone.now()
    upload.lease_until = None
    upload.save()
    if state != State.CHECKED:
        path_of(upload).unlink(missing_ok=True)
