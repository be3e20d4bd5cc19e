"""Photographs of work: off until the trust switches them on, small, without a place, for staff, and gone in time."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from monitoring.models import Visit, VisitPhoto
from monitoring.services import remove_old_notes, reply_to_visit, save_visit, send_visit
from monitoring.services.photos import MOST_PHOTOS, add_photo
from schools import pictures
from schools.models import AuditEntry
from schools.pictures import LONGEST_EDGE, as_kept
from schools.tenancy import trust_scope
from tests.architecture.visiting import photograph
from tests.conftest import Cast
from tests.monitoring.visits_world import ANSWERS, begun, sent

GPS, TAKEN_AT, ORIENTATION = 0x8825, 0x0132, 0x0112


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


@pytest.fixture
def keeps(cast: Cast) -> Cast:
    """Alder keeps photographs of work."""
    cast.alder.photos_of_work = True
    cast.alder.save()
    return cast


def url(name: str, visit: Visit, **more: Any) -> str:
    return reverse(name, kwargs={"trust": "alder", "pk": visit.pk, **more})


def upload(data: bytes, **changes: Any) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("x.jpg", data), "caption": "A science book", "nobody": "on", **changes}


def from_a_camera() -> bytes:
    """Large, lying on its side, and telling where and when it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[TAKEN_AT] = 6, "2026:11:18 10:00:00"
    exif.get_ifd(GPS).update({1: "N", 2: (51.0, 30.0, 0.0)})
    return photograph((3000, 2000), exif=exif, comment=b"secret")


def test_what_is_kept_is_small_upright_and_says_nothing_of_the_camera() -> None:
    assert Image.open(BytesIO(from_a_camera())).getexif().get_ifd(GPS), "the camera wrote a place"
    kept = as_kept(from_a_camera())
    with Image.open(BytesIO(kept)) as picture:
        assert picture.format == "JPEG"
        assert picture.size == (round(LONGEST_EDGE * 2 / 3), LONGEST_EDGE), "turned upright and made smaller"
        assert not dict(picture.getexif())
        assert "comment" not in picture.info
    assert b"secret" not in kept


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_other_formats_become_a_jpeg(name: str) -> None:
    made = BytesIO()
    Image.new("RGBA", (20, 10), (1, 2, 3, 0)).save(made, name)
    assert Image.open(BytesIO(as_kept(made.getvalue()))).format == "JPEG"


@pytest.mark.parametrize(
    "data", [b"", b"no picture", b"\xff\xd8\xff", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photograph()[:200]]
)
def test_what_is_no_photograph_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValidationError, match="could not be read as a photograph"):
        as_kept(data)


@pytest.mark.parametrize("owner", [pictures, Image])
def test_a_picture_that_unfolds_to_more_than_memory_is_not_opened(monkeypatch: pytest.MonkeyPatch, owner: Any) -> None:
    """Whether our own limit or the library's is passed."""
    monkeypatch.setattr(owner, "MOST_PIXELS" if owner is pictures else "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(ValidationError, match="too large"):
        as_kept(photograph())


def begun_by_ada(cast: Cast, count: int = 0) -> Visit:
    """A visit that is still written, with photographs."""
    with trust_scope(cast.alder):
        draft = begun(cast)
        for _ in range(count):
            add_photo(draft, photograph(), caption="A book", by=cast.ada)
    return draft


def made_final(cast: Cast, draft: Visit) -> Visit:
    with trust_scope(cast.alder):
        assert send_visit(draft, ANSWERS, by=cast.ada, version=1).is_sent
        return reply_to_visit(Visit.objects.get(pk=draft.pk), by=cast.ben, reply="accurate")


def photos_of(cast: Cast) -> list[VisitPhoto]:
    with trust_scope(cast.alder):
        return list(VisitPhoto.objects.all())


def test_off_by_default(cast: Cast) -> None:
    draft, ada = begun_by_ada(cast), cast.client(cast.ada)
    assert ada.get(url("visit_photos", draft)).status_code == 404
    assert "Photographs" not in ada.get(url("visit", draft)).content.decode()
    with trust_scope(cast.alder), pytest.raises(ValidationError, match="keeps no photographs"):
        add_photo(draft, photograph(), caption="A book", by=cast.ada)


def test_one_is_added_seen_and_taken_away(keeps: Cast) -> None:
    draft, ada = begun_by_ada(keeps), keeps.client(keeps.ada)
    page = url("visit_photos", draft)
    assert ada.post(page, upload(from_a_camera())).status_code == 302
    (photo,) = photos_of(keeps)
    assert "A science book" in ada.get(page).content.decode()
    picture = ada.get(url("visit_photo", draft, photo_id=photo.pk))
    assert picture["Content-Type"] == "image/jpeg"
    assert picture["Cache-Control"] == "private, no-store"
    assert Image.open(BytesIO(picture.content)).size[1] == LONGEST_EDGE
    assert "Photographs (1)" in ada.get(url("visit", draft)).content.decode()
    assert ada.post(url("photo_remove", draft, photo_id=photo.pk)).status_code == 302
    assert not photos_of(keeps)
    with trust_scope(keeps.alder):
        acts = list(AuditEntry.objects.order_by("pk").values_list("did", flat=True))
    assert acts[-2:] == ["visit.photo_added", "visit.photo_removed"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nobody": ""}, "Look at the photograph"),
        ({"nobody": ""}, "Choose the photograph once more"),
        ({"nobody": ""}, 'value="A science book"'),
        ({"file": SimpleUploadedFile("x.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40)}, "export it as a JPEG"),
        ({"caption": ""}, "Say what it shows"),
        ({"file": SimpleUploadedFile("x.jpg", b"words")}, "could not be read as a photograph"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(keeps: Cast, changes: dict[str, Any], said: str) -> None:
    page = url("visit_photos", begun_by_ada(keeps))
    answer = keeps.client(keeps.ada).post(page, upload(photograph(), **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not photos_of(keeps)


def test_so_many_and_not_after_it_is_sent(keeps: Cast) -> None:
    draft = begun_by_ada(keeps, MOST_PHOTOS)
    assert "Keep this photograph" not in keeps.client(keeps.ada).get(url("visit_photos", draft)).content.decode()
    with trust_scope(keeps.alder):
        with pytest.raises(ValidationError, match="at most 12"):
            add_photo(draft, photograph(), caption="A book", by=keeps.ada)
        with pytest.raises(ValidationError, match="has been sent"):
            add_photo(sent(keeps), photograph(), caption="A book", by=keeps.ada)


def test_staff_only(keeps: Cast) -> None:
    visit = made_final(keeps, begun_by_ada(keeps, 1))
    (photo,) = photos_of(keeps)
    picture, page = url("visit_photo", visit, photo_id=photo.pk), url("visit_photos", visit)
    people = {keeps.ada: 200, keeps.ben: 200, keeps.tom: 404, keeps.gita: 404, keeps.cleo: 404}
    for person, status in people.items():
        client = keeps.client(person)
        assert client.get(picture).status_code == client.get(page).status_code == status, person
    assert keeps.client(keeps.gita).get(url("visit", visit)).status_code == 200, "the notes themselves she reads"
    ben = keeps.client(keeps.ben)
    assert ben.post(page, upload(photograph())).status_code == 404, "nothing is added to a record that was sent"
    assert ben.post(url("photo_remove", visit, photo_id=photo.pk)).status_code == 302


def test_those_that_are_kept_can_be_taken_away_when_no_more_are_wanted(keeps: Cast) -> None:
    visit = begun_by_ada(keeps, 1)
    keeps.alder.photos_of_work = False
    keeps.alder.save()
    ada, (photo,) = keeps.client(keeps.ada), photos_of(keeps)
    page = url("visit_photos", visit)
    assert "Keep this photograph" not in ada.get(page).content.decode()
    assert ada.post(page, upload(photograph())).status_code == 404
    assert ada.post(url("photo_remove", visit, photo_id=photo.pk)).status_code == 302
    assert ada.get(page).status_code == 404


def test_they_go_with_a_draft_that_was_forgotten(keeps: Cast) -> None:
    draft = begun_by_ada(keeps, 1)
    with trust_scope(keeps.alder):
        save_visit(draft, {"focus": "Forgotten"}, by=keeps.ada, version=1)
        assert remove_old_notes(today=date(2026, 12, 20)) == 0
        assert remove_old_notes(today=date(2035, 11, 20)) == 1
        assert Visit.objects.get(pk=draft.pk).answers == {}
    assert not photos_of(keeps)


def test_they_go_with_the_notes(keeps: Cast) -> None:
    made_final(keeps, begun_by_ada(keeps, 1))
    with trust_scope(keeps.alder):
        assert remove_old_notes(today=date(2035, 11, 20)) == 1
    assert not photos_of(keeps)
