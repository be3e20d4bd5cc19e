"""Start a trust from the command line, as the operator's page does."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from schools.forms import accepted
from schools.forms.people import TrustForm
from schools.services.trusts import create_trust, invite_administrator


class Command(BaseCommand):
    help = "Start a trust and invite its first administrator. The invitation's link is printed as well as sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("slug")
        parser.add_argument("--group-uid", default="")
        parser.add_argument("--admin-name", required=True)
        parser.add_argument("--admin-email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        form = TrustForm({field: options[field] for field in TrustForm.base_fields})

        def start(data: dict[str, Any]) -> None:
            trust = create_trust(data["name"], slug=data["slug"], group_uid=data["group_uid"], by_operator=None)
            link = invite_administrator(trust, email=data["admin_email"], name=data["admin_name"], by_operator=None)
            self.stdout.write(f"{trust} is made. {data['admin_name']} accepts here, within 14 days:\n{link}")

        if not accepted(form, start):
            errors = (f"{field}: {error}" for field, found in form.errors.items() for error in found)
            raise CommandError("\n".join(errors))
