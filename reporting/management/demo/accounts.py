"""How to sign in to the demo: one person for each role."""

from __future__ import annotations

from collections.abc import Iterator

from reporting.management.demo.story import Story, TrustPlan
from schools.access import ROLES


def accounts(story: Story) -> str:
    """“Role  email  password”, grouped by trust."""
    who = story.operator
    lines = [_line("Installation operator", who["email"], who["password"])]
    for plan in story.trusts:
        lines += ["", plan.name]
        lines += [_line(label, email, plan.password) for label, email in _one_a_role(plan)]
    return "\n".join(lines)


def _one_a_role(plan: TrustPlan) -> Iterator[tuple[str, str]]:
    for role, rule in ROLES.items():
        for person in plan.people:
            if person.until is None and any(held.partition(":")[0] == role for held in person.roles):
                yield rule.label, person.email
                break


def _line(label: str, email: str, password: str) -> str:
    return f"  {label:<24}  {email:<38}  {password}"
