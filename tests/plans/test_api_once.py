"""What a program sends again under the same number of its own is not made twice."""

from __future__ import annotations

from plans.models import SupportBooking, SupportRequest
from schools.tenancy import trust_scope
from tests.conftest import Cast
from tests.plans.support_world import place
from tests.plans.test_api_supporting import _today, acts, ask, order

__all__ = ["_today"]


def test_sent_again_under_its_number_nothing_is_doubled(cast: Cast) -> None:
    with trust_scope(cast.alder):
        for school in (cast.dunmere, cast.ashmere):
            place(cast, school, "reinforce")
    token, other = "6b1a3a52-6a1e-4a6c-8f9c-0d2f5a2f1c11", "6b1a3a52-6a1e-4a6c-8f9c-0d2f5a2f1c12"
    first, again = (order(cast, cast.ada, token=token) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    refused = order(cast, cast.ada, cast.ashmere, token=token)
    assert (refused[0], refused[1]["errors"]["token"]) == (400, ["Something has been sent under this number already"])
    first, again = (ask(cast, cast.ben, send=True, item="", token=other) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    with trust_scope(cast.alder):
        assert (SupportBooking.objects.count(), SupportRequest.objects.count()) == (2, 1)
    assert [did for did, _ in acts(cast)] == ["support.booked", "support.asked"]
