"""The operator's pages of the register, with the worker's part done by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from schools.models import Establishment, RegisterImport, User
from schools.services.register import uploads
from tests.conftest import Cast
from tests.schools.register_files import DATA, SCHOOL, made

PAGE = "/operator/register/"
SCHOOLS = (DATA / "gias_establishments_2026-08.csv").read_bytes()
WORKFORCE = b"URN,Pupil: Teacher Ratio\n145543,20.1\n"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def operator(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(uploads, "nudge", lambda upload_id: None)
    client = Client()
    client.force_login(User.objects.create_user("op@example.org", name="Opal", is_operator=True), backend=BACKEND)
    return client


def give(client: Client, path: Path, as_at: str = "2026-09-01") -> RegisterImport:
    file = SimpleUploadedFile(path.name, path.read_bytes())
    answer = client.post(PAGE, {"file": file, "as_at": as_at})
    assert answer.status_code == 302, answer.content.decode()
    return RegisterImport.objects.latest("pk")


def test_a_file_is_checked_then_imported(operator: Client) -> None:
    upload = give(operator, DATA / "gias_establishments_2026-08.csv", as_at="")
    here = reverse("register_import_status", kwargs={"pk": upload.pk})
    busy = operator.get(here).content.decode()
    assert "Being checked" in busy
    assert "hx-get" in busy
    uploads.read(upload.pk)
    checked = operator.get(here).content.decode()
    assert "What it would change" in checked
    assert "Establishments (schools), as at 1 August 2026" in checked
    assert Establishment.objects.count() == 0
    assert operator.post(here).status_code == 302
    uploads.read(upload.pk)
    assert Establishment.objects.count() == 8
    assert "What it changed" in operator.get(here).content.decode()
    assert upload.filename in operator.get(PAGE).content.decode()
    assert not uploads.path_of(upload).exists()


def test_an_inspections_file_is_taken_too(operator: Client) -> None:
    upload = give(operator, DATA / "ofsted_mi_2026-05.csv", as_at="")
    uploads.read(upload.pk)
    upload.refresh_from_db()
    assert (upload.kind, upload.state, upload.rows_kept) == ("Ofsted inspections", "checked", 14)


def test_bad_rows_are_listed_and_nothing_can_be_imported(operator: Client, tmp_path: Path) -> None:
    upload = give(operator, made(tmp_path / "bad.csv", SCHOOL, {"URN": "<b>1"}))
    uploads.read(upload.pk)
    here = reverse("register_import_status", kwargs={"pk": upload.pk})
    shown = operator.get(here).content.decode()
    assert "1 fault" in shown
    assert "“&lt;b&gt;1” is not a URN of six digits" in shown
    assert "Import the file" not in shown
    assert "cannot be imported" in operator.post(here, follow=True).content.decode()
    assert Establishment.objects.count() == 0


def test_a_file_of_no_kind_is_refused_with_a_sentence(operator: Client, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    upload = give(operator, path)
    uploads.read(upload.pk)
    upload.refresh_from_db()
    assert (upload.state, "not one of the files" in upload.refusal) == ("refused", True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("schools.csv", b"URN")}, "This is not one of the files that can be imported"),
        ({"file": SimpleUploadedFile("schools.csv", SCHOOLS)}, "does not say of which day"),
        ({"file": SimpleUploadedFile("old.xls", b"\xd0\xcf\x11\xe0")}, "This is an old Excel file"),
        ({"file": SimpleUploadedFile("swf.csv", WORKFORCE)}, "says of which academic year it is"),
        ({"file": SimpleUploadedFile("schools.csv", b"URN"), "as_at": "2099-01-01"}, "in the future"),
        ({"file": SimpleUploadedFile("schools.csv", b""), "as_at": "2026-01-01"}, "empty"),
    ],
)
def test_what_is_missing_is_said(operator: Client, data: dict[str, Any], words: str) -> None:
    assert words in operator.post(PAGE, data).content.decode()
    assert RegisterImport.objects.count() == 0


def test_work_that_is_lost_is_taken_up_again_and_told_after_three_times(
    operator: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = give(operator, made(tmp_path / "new.csv", SCHOOL, {}))
    nudged: list[int] = []
    monkeypatch.setattr(uploads, "nudge", nudged.append)
    past = timezone.now() - timedelta(minutes=5)
    for attempt in (1, 2, 3):
        assert uploads.take(upload.pk) is not None
        assert uploads.take(upload.pk) is None  # a second worker, while the first is at work
        uploads.sweep()
        RegisterImport.objects.update(lease_until=past)
        uploads.sweep()
        assert len(nudged) == min(attempt, 2)
    upload.refresh_from_db()
    assert (upload.state, upload.refusal) == ("refused", uploads.BROKEN)


def test_a_worker_that_was_overtaken_writes_nothing(operator: Client, tmp_path: Path) -> None:
    upload = give(operator, made(tmp_path / "new.csv", SCHOOL, {}))
    slow = uploads.take(upload.pk)
    assert slow is not None
    RegisterImport.objects.update(lease_until=timezone.now() - timedelta(minutes=5))
    uploads.read(upload.pk)
    with pytest.raises(uploads.Overtaken):
        uploads.read_upload(slow, dry_run=True)
    upload.refresh_from_db()
    assert (upload.state, upload.attempt) == ("checked", 2)


def test_progress_is_written_while_the_file_is_read(operator: Client, tmp_path: Path, monkeypatch: Any) -> None:
    upload = give(operator, made(tmp_path / "new.csv", SCHOOL, *[{"URN": str(900001 + n)} for n in range(30)]))
    seen: list[tuple[int, int]] = []
    usual: Callable[..., Any] = uploads.progress_of

    def watched(*args: Any) -> Callable[[int, float], None]:
        write = usual(*args)

        def both(rows: int, share: float) -> None:
            write(rows, share)
            seen.append(RegisterImport.objects.values_list("rows_read", "percent").get(pk=upload.pk))

        return both

    monkeypatch.setattr(uploads, "progress_of", watched)
    monkeypatch.setattr("schools.services.register.staging.AT_ONCE", 10)
    monkeypatch.setattr("schools.services.register.staging.CHUNK", 10)
    uploads.read(upload.pk)
    assert [rows for rows, _ in seen] == [10, 20, 30, 30]


def test_only_the_operator_reaches_the_pages(operator: Client, cast: Cast, tmp_path: Path) -> None:
    upload = give(operator, made(tmp_path / "new.csv", SCHOOL, {}))
    for address in (PAGE, f"{PAGE}{upload.pk}/"):
        assert Client().get(address).status_code == 302
        for person in (cast.ada, cast.olive, cast.cleo):
            assert cast.client(person).get(address).status_code == 404
            assert cast.client(person).post(address).status_code == 404
