"""The photograph beside a pen portrait: small, the person's own, gone when they say so."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from reviews.models import PenPortrait, PortraitPhoto
from reviews.services.portraits import PORTRAIT_EDGE
from schools.tenancy import trust_scope
from tests.architecture.visiting import photograph
from tests.conftest import Cast

MINE = "/t/alder/portraits/mine/"
TYPED = {"role": "Head of Dunmere", "experience": "Ten years.", "training": "", "availability": ""}


def with_photo(data: bytes, **more: Any) -> dict[str, Any]:
    return {**TYPED, "photo": SimpleUploadedFile("me.jpg", data), **more}


def address(cast: Cast) -> str:
    with trust_scope(cast.alder):
        return f"/t/alder/portraits/{PenPortrait.objects.get().pk}/photo/"


def test_a_photograph_is_kept_small_and_read_by_who_reads_reviews(cast: Cast) -> None:
    ben, ada = cast.client(cast.ben), cast.client(cast.ada)
    assert ben.post(MINE, with_photo(photograph((2000, 1000)))).status_code == 302
    picture = ada.get(address(cast))
    assert Image.open(BytesIO(picture.content)).size == (PORTRAIT_EDGE, PORTRAIT_EDGE // 2)
    assert picture["Cache-Control"] == "private, no-store"
    assert address(cast) in ada.get("/t/alder/portraits/").content.decode()
    assert cast.client(cast.cleo).get(address(cast)).status_code == 404


def test_it_stays_until_the_person_takes_it_away(cast: Cast) -> None:
    ben = cast.client(cast.ben)
    assert "Take my photograph away" not in ben.get(MINE).content.decode()
    ben.post(MINE, with_photo(photograph()))
    ben.post(MINE, TYPED | {"experience": "Eleven years."})
    assert ben.get(address(cast)).status_code == 200
    assert "Take my photograph away" in ben.get(MINE).content.decode()
    ben.post(MINE, TYPED | {"photo_goes": "on"})
    assert ben.get(address(cast)).status_code == 404
    with trust_scope(cast.alder):
        assert PenPortrait.objects.get().experience == "Ten years."
        assert not PortraitPhoto.objects.exists()


def test_what_is_no_photograph_is_said_beside_the_field(cast: Cast) -> None:
    answer = cast.client(cast.ben).post(MINE, with_photo(b"words"))
    assert answer.status_code == 422
    assert "could not be read as a photograph" in answer.content.decode()
    with trust_scope(cast.alder):
        assert not PenPortrait.objects.exists()
