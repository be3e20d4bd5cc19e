"""Make the installation operator: a person outside every trust."""

from __future__ import annotations

import getpass
import os
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from schools.models import User


class Command(BaseCommand):
    help = "Make the installation operator. The password is asked for, or read from OPERATOR_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="Installation operator")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        if User.objects.filter(email=email).exists():
            raise CommandError(f"Somebody with the address {email} is here already.")
        password = os.environ.get("OPERATOR_PASSWORD") or getpass.getpass("Password: ")
        person = User(email=email, name=options["name"])
        try:
            validate_password(password, person)
            person.clean_fields(exclude=["password"])
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        User.objects.create_user(email, password, name=options["name"], is_operator=True)
        self.stdout.write(f"{email} can sign in and create trusts.")
