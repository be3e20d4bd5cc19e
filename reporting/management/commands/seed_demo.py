"""Fill the demo with two invented trusts and three years of their work. A second run changes nothing."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reporting.management.demo.accounts import accounts
from reporting.management.demo.figures import write_england
from reporting.management.demo.people import make_operator
from reporting.management.demo.register import write_register
from reporting.management.demo.story import Story, TrustPlan, read_story
from reporting.management.demo.trust import TrustWriter
from schools.models import Membership, Trust
from schools.rules import academic_year
from schools.tenancy import trust_scope


class Command(BaseCommand):
    """`manage.py seed_demo`"""

    help = "Fill the demo with invented trusts, schools, people and judgements, and print how to sign in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=date.fromisoformat, help="the day the story has reached (today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This installation is not a demo. Invented data is written only where DEMO=1.")
        story, today = read_story(), options["today"] or timezone.localdate()
        make_operator(story)
        write_register(story)
        write_england(story, academic_year(today) - 1)
        for plan in story.trusts:
            seed_trust(story, plan, today)
        self.stdout.write(accounts(story))


def seed_trust(story: Story, plan: TrustPlan, today: date) -> None:
    """Write one trust, all of it or nothing; one that has members is left as it is."""
    told = {"name": plan.name, "accent": plan.accent, "heads_see_others": plan.heads_see}
    trust, _ = Trust.objects.get_or_create(slug=plan.slug, defaults=told)
    with trust_scope(trust):
        if not Membership.objects.exists():
            TrustWriter(story, plan, trust, today).write()
