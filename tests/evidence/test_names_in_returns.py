"""A name in the words of a return is gently said, beside the words and to the script."""

from __future__ import annotations

from typing import Any

import pytest

from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.evidence.returns_world import begun, url

ATTENDED, POSSIBLE = "attendance_rate~all~~~n", "attendance_rate~all~~~d"


@pytest.fixture(autouse=True)
def _in_the_autumn_term(time_machine: Any) -> None:
    time_machine.move_to("2026-11-20T10:00Z")


def test_a_name_in_a_note_or_in_the_analysis_is_gently_said(cast: Cast) -> None:
    with trust_scope(cast.alder):
        begun(cast)
    ben = cast.client(cast.ben)
    data = {"version": "1", ATTENDED: "5", POSSIBLE: "9", "attendance_rate~all~~~note": "Ben Osei asked the families."}
    told = ben.post(url(cast, "return_autosave"), data | {"analysis": "Thanks to Ben Osei."}).json()
    assert "This seems to name a person: “Ben Osei”" in told["cells"]["attendance_rate~all~~"]["checks"][-1]["text"]
    assert "“Ben Osei”" in told["named"]["analysis"]
    page = ben.get(url(cast, "return_page")).content.decode()
    assert page.count("This seems to name a person") == 2
    told = ben.post(url(cast, "return_autosave"), {"version": "2", "analysis": "Thanks to the head."}).json()
    assert told["named"] == {"analysis": ""}
