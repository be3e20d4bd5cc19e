"""No browser is shown a bare 405."""

from __future__ import annotations

import pytest
from django.urls import reverse

from schools.ways_back import page_above
from tests.conftest import Cast


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/t/alder/schools/5/matrix/9/submit/", "/t/alder/schools/5/matrix/9/"),
        ("/t/alder/schools/5/matrix/9/moderate/rating/", "/t/alder/schools/5/matrix/9/moderate/"),
        ("/t/alder/schools/5/matrix/9/criteria/behaviour/save/", "/t/alder/schools/5/matrix/9/criteria/behaviour/"),
        ("/t/alder/meetings/5/minutes/", "/t/alder/meetings/5/"),
        ("/t/alder/account/tokens/3/end/", "/t/alder/account/"),
        ("/t/alder/people/roles/7/end/", "/t/alder/people/"),
        ("/demo/sign-in/", "/demo/"),
    ],
)
def test_the_page_of_a_form(sent_to: str, page: str) -> None:
    assert page_above(sent_to) == page


def test_a_form_s_address_opened_by_itself_leads_to_the_form(cast: Cast) -> None:
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk}
    client = cast.client(cast.ben)
    answer = client.get(reverse("matrix_submit", kwargs=kwargs), follow=True)
    assert answer.redirect_chain == [(reverse("matrix", kwargs=kwargs), 302)]
    assert "nothing was changed" not in answer.content.decode()
    after_signing_in = {"Referer": "http://testserver" + reverse("account_login")}
    answer = client.get(reverse("matrix_submit", kwargs=kwargs), follow=True, headers=after_signing_in)
    assert "nothing was changed" in answer.content.decode()


def test_the_api_says_405(cast: Cast) -> None:
    answer = cast.client(cast.ben).get(f"/api/v1/t/alder/assessments/{cast.dunmere.pk}/ratings/")
    assert answer.status_code == 405


def test_a_form_older_than_the_session_is_answered_in_words(cast: Cast) -> None:
    client = cast.client(cast.ben)
    client.handler.enforce_csrf_checks = True
    kwargs = {"trust": "alder", "school_id": cast.dunmere.pk, "period_id": cast.autumn.pk}
    answer = client.post(reverse("matrix_begin", kwargs=kwargs))
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.content.decode()
    assert "Nothing was saved" in answer.content.decode()
