"""Files given to the operator's page: kept for the worker, checked first, imported when the operator says so."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from schools import jobs
from schools.models import Job, RegisterImport, User

from .importing import UPLOADS, ImportResult, date_in_name, import_file
from .reading import MOST_BYTES
from .refusal import Refused
from .staging import Progress

CHECK, IMPORT = "check_register_file", "import_register_file"
BROKEN = "The file could not be read: the work broke off three times. Try again, or import it by the command."
State = RegisterImport.State


def path_of(upload: RegisterImport) -> Path:
    """Where the file waits. Web and worker see the same folder."""
    return Path(settings.DATA_DIR) / "register" / f"{upload.pk}.upload"


def receive_file(file: UploadedFile, *, as_at: date | None, by: User) -> RegisterImport:
    """Keep the file and have it checked in the background. Raises ValidationError for a size or day that cannot be."""
    name = (file.name or "file")[-120:]
    day = as_at or date_in_name(name)
    if day is None:
        raise ValidationError({"as_at": "The file's name does not say of which day it is. Enter the day it was made."})
    if day > timezone.localdate():
        raise ValidationError({"as_at": "This day is in the future. Enter the day the file was made."})
    if not file.size or file.size > MOST_BYTES:
        raise ValidationError({"file": f"Choose a file of at most {MOST_BYTES // 2**20} MB that is not empty."})
    with transaction.atomic():
        upload = RegisterImport.objects.create(filename=name, as_at=day, uploaded_by=by)
        keep_file(file, path_of(upload))
        put_in_line(CHECK, upload)
    return upload


def keep_file(file: UploadedFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)


def start_import(upload: RegisterImport) -> None:
    """Import a file that was checked. Asking again does nothing new; one that was refused raises ValidationError."""
    with transaction.atomic():
        begun = RegisterImport.objects.filter(pk=upload.pk, state=State.CHECKED).update(
            state=State.IMPORTING, percent=0
        )
        if begun:
            put_in_line(IMPORT, upload)
        elif RegisterImport.objects.filter(pk=upload.pk, state__in=(State.CHECKING, State.REFUSED)).exists():
            raise ValidationError("This file cannot be imported: it is still being checked, or was refused.")


def put_in_line(kind: str, upload: RegisterImport) -> None:
    """A job of no trust."""
    Job.objects.get_or_create(kind=kind, trust=None, subject_id=upload.pk)
    transaction.on_commit(lambda: jobs.nudge(kind, None, upload.pk))  # type: ignore[arg-type]


def do_job(kind: str, upload_id: int) -> None:
    """The worker's part. Done or refused, the job is finished; a worker that is lost leaves it to the next."""
    attempt = jobs.take(kind, None, upload_id)  # type: ignore[arg-type]
    if attempt is None:
        return
    upload = RegisterImport.objects.get(pk=upload_id)
    try:
        if upload.is_busy:
            read_upload(upload, dry_run=kind == CHECK, progress=progress_of(upload, kind, attempt))
    except Refused as refusal:
        close(upload, State.REFUSED, refusal=str(refusal)[:400])
    jobs.finish(kind, None, upload_id)  # type: ignore[arg-type]


def progress_of(upload: RegisterImport, kind: str, attempt: int) -> Progress:
    """Writes how far the reading is, for the page, and keeps the job for another lease."""

    def write(rows: int, share: float) -> None:
        jobs.renew(kind, None, upload.pk, attempt)  # type: ignore[arg-type]
        RegisterImport.objects.filter(pk=upload.pk).update(rows_read=rows, percent=round(100 * min(share, 1)))

    return write


def read_upload(upload: RegisterImport, *, dry_run: bool, progress: Progress) -> None:
    """Check or import the file and write down the result."""
    result = import_file(
        path_of(upload), filename=upload.filename, as_at=upload.as_at, dry_run=dry_run, progress=progress, kinds=UPLOADS
    )
    write_result(upload, result)
    if result.refused:
        close(upload, State.REFUSED)
    elif dry_run:
        close(upload, State.CHECKED)
    else:
        close(upload, State.DONE)


def write_result(upload: RegisterImport, result: ImportResult) -> None:
    upload.kind, upload.rows_read, upload.rows_kept = result.label, result.rows_read, result.rows_kept
    upload.counts = {what: asdict(count) for what, count in result.counts.items()}
    upload.notes, upload.fault_count = result.notes, result.fault_count
    upload.faults = [asdict(fault) for fault in result.faults]


def close(upload: RegisterImport, state: RegisterImport.State, *, refusal: str = "") -> None:
    """Write the new state; the file itself is not kept longer than it is needed."""
    upload.state, upload.refusal, upload.percent, upload.finished_at = state, refusal, 100, timezone.now()
    upload.save()
    if state != State.CHECKED:
        path_of(upload).unlink(missing_ok=True)


def give_up(_trust: object, upload_id: int) -> None:
    """Say in a sentence that the work failed for good."""
    upload = RegisterImport.objects.get(pk=upload_id)
    close(upload, State.REFUSED, refusal=BROKEN)


jobs.KINDS |= {CHECK: "schools.check_register_file", IMPORT: "schools.import_register_file"}
jobs.ON_FAILURE |= {CHECK: give_up, IMPORT: give_up}
