"""A trust that writes a school's year down, for tests."""

from __future__ import annotations

from django.test import Client

from reviews.models import YearProgramme
from reviews.services.years import begin_year, save_year, sign_year
from schools.models import Membership
from schools.queries import strategy_of
from schools.tenancy import trust_scope
from tests.conftest import TODAY, start_trust
from tests.factories import SchoolFactory, member

WORDS = {
    "priorities": "Early reading, then writing across the curriculum.",
    "core_model": "One day each term",
    "core_timing": "November, March and June",
    "optional_focus": "Help for the new leader of pupils with SEND",
    "optional_timing": "After February half term",
}


class Cedar:
    """A trust without categories, with two schools and the people of both sides."""

    def __init__(self) -> None:
        self.trust, _ = start_trust("cedar", strategy="no_categories")
        with trust_scope(self.trust):
            self.school, self.other = SchoolFactory(name="Fern Primary"), SchoolFactory(name="Gorse Primary")
            self.ivy, self.hal = member("Ivy Long", "si_lead"), member("Hal Finch", "head", self.school)
            self.gov, self.lee = member("Gov Ash", "governor", self.school), member("Lee Hart", "leader", self.school)
            self.nia, self.version = member("Nia Price", "head", self.other), strategy_of(self.school, TODAY)
        self.page = f"/t/cedar/schools/{self.school.pk}/programme/"

    def begun(self) -> YearProgramme:
        assert self.version is not None  # the trust follows one
        return begin_year(self.school, self.version, year=2026, by=self.ivy)

    def agreed(self) -> YearProgramme:
        row = self.begun()
        save_year(row, WORDS, by=self.ivy, version=1)
        sign_year(row, "trust", by=self.ivy, read=2)
        return sign_year(row, "school", by=self.hal, read=2)

    def client(self, person: Membership) -> Client:
        client = Client()
        client.force_login(person.user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client
