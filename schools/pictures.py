"""Photographs that people send: made small, and without what the camera wrote into them."""

from __future__ import annotations

import warnings
from io import BytesIO

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from PIL import Image, ImageOps, UnidentifiedImageError

LARGEST_FILE = 15 * 1024 * 1024  # bytes, as it comes from a camera
MOST_PIXELS = 60_000_000  # a picture that unfolds to more is not opened
LONGEST_EDGE = 1600  # pixels, as it is kept
QUALITY = 80  # of the JPEG that is kept
FORMATS = ("JPEG", "PNG", "WEBP")
HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
"""What stands at byte 8 of a photograph in the formats of newer telephones, which most browsers do not show."""

OF_A_TELEPHONE = (
    "This is a photograph in the HEIC format, which most browsers cannot show. On an iPhone or iPad choose Settings, "
    "Camera, Formats, Most Compatible, and take it again; or open it in Photos and export it as a JPEG."
)
TOO_LARGE = "This picture is too large to be opened."
NOT_READ = "This file could not be read as a photograph. Send a JPEG, PNG or WebP."
SAID = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}, at most {LARGEST_FILE // 2**20} MB"
"""What a form says of a file it takes."""


def as_kept(data: bytes, *, longest: int = LONGEST_EDGE, field: str = "file") -> bytes:
    """The picture upright, at most `longest` pixels, as a JPEG without the place, time and device it was taken with.

    Raises ValidationError, beside `field` of the form, where it is none.
    """
    if len(data) > LARGEST_FILE:
        raise ValidationError({field: f"Use a file of at most {LARGEST_FILE // 2**20} MB."})
    if data[4:8] == b"ftyp" and data[8:12] in HEIC:
        raise ValidationError({field: OF_A_TELEPHONE})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(data), formats=FORMATS) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise ValidationError({field: TOO_LARGE})
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as fault:
        raise ValidationError({field: TOO_LARGE}) from fault
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as fault:
        raise ValidationError({field: NOT_READ}) from fault
    upright.thumbnail((longest, longest))
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    kept = BytesIO()
    clean.save(kept, "JPEG", quality=QUALITY, optimize=True)
    return kept.getvalue()


def shown(content: bytes) -> HttpResponse:
    """A kept photograph as an answer that no cache on the way keeps."""
    response = HttpResponse(content, "image/jpeg")
    response.headers["Content-Disposition"] = "inline"
    response.headers["Cache-Control"] = "private, no-store"
    return response
