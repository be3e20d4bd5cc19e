"""Forms about people: inviting, granting, accepting, and a person's own tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from schools.access import ROLES
from schools.forms import ask, choose
from schools.models import School, User

EMAIL = {
    "required": "Enter the email address.",
    "invalid": "Enter an email address, for example sam.reed@example.org.",
}
ROLE_CHOICES = [("", "Choose a role"), *((role, rule.label) for role, rule in ROLES.items())]


class RoleForm(forms.Form):
    """A role and, where it is held for one school, the school."""

    role = forms.ChoiceField(choices=ROLE_CHOICES, error_messages=choose("Choose a role."))
    school = forms.ModelChoiceField(
        School.objects.none(),
        required=False,
        empty_label="The whole trust",
        error_messages=choose("Choose a school from the list."),
        help_text="For a headteacher, school leader, chair of governors or local governor.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = School.objects.all()  # type: ignore[attr-defined]  # of the trust now open


class GrantForm(RoleForm):
    """A role for somebody who is here, and why."""

    why = forms.CharField(label="Reason", required=False, max_length=500)


class InviteForm(RoleForm):
    """Who is invited, and as what."""

    name = forms.CharField(max_length=120, help_text="First and last name", error_messages=ask("Enter the name."))
    email = forms.EmailField(label="Email address", max_length=254, error_messages=EMAIL)
    field_order = ("name", "email", "role", "school")


class WhyForm(forms.Form):
    """A reason, kept in the record of changes."""

    why = forms.CharField(label="Reason", required=False, max_length=500)

    def refusal(self) -> str:
        """Why nothing was done, in a line."""
        return " ".join([*self.non_field_errors(), *(f"Reason: {error}" for error in self.errors.get("why", []))])


class PasswordForm(forms.Form):
    """The password somebody new chooses, twice."""

    password = forms.CharField(
        label="Choose a password",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="At least 12 characters. Three or four words that only you would put together are good.",
        error_messages=ask("Choose a password."),
    )
    again = forms.CharField(
        label="The same password again",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages=ask("Type the same password again."),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "password" in cleaned and cleaned["password"] != cleaned.get("again"):
            raise ValidationError({"again": "The two passwords differ. Type the same one again."})
        return cleaned


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(
        label="What it is for",
        max_length=80,
        help_text="For example: reporting spreadsheet",
        error_messages=ask("Say what the token is for."),
    )
    days = forms.TypedChoiceField(
        label="How long it works",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (365, "One year")],
        initial=90,
    )


class TrustForm(forms.Form):
    """A new trust and the first administrator, by the installation operator."""

    name = forms.CharField(
        label="Name of the trust", max_length=160, error_messages=ask("Enter the name of the trust.")
    )
    slug = forms.SlugField(
        label="Address",
        max_length=40,
        help_text="Short, in small letters: it becomes part of every link, /t/…/",
        error_messages=ask("Enter an address, for example alder.")
        | {"invalid": "Use letters, numbers, hyphens and underscores alone, for example alder-trust."},
    )
    group_uid = forms.RegexField(
        r"^[1-9][0-9]{0,5}$",
        label="Group UID",
        required=False,
        help_text="The trust's number in the national register, if it has one",
        error_messages={"invalid": "Enter a group UID of up to six digits."},
    )
    admin_name = forms.CharField(
        label="First administrator's name", max_length=120, error_messages=ask("Enter the administrator's name.")
    )
    admin_email = forms.EmailField(
        label="First administrator's email address",
        max_length=254,
        error_messages=EMAIL | ask("Enter the administrator's email address."),
    )

    def clean_slug(self) -> str:
        return self.cleaned_data["slug"].lower()

    def clean_admin_email(self) -> str:
        """The trust is made before the invitation is sent, so this is refused before either."""
        email = self.cleaned_data["admin_email"].lower()
        if User.objects.filter(email=email, is_operator=True).exists():
            raise ValidationError("This person runs the installation and stays outside every trust.")
        return email


class AdministratorForm(forms.Form):
    """An administrator the operator invites; into a trust that has one, with the reason."""

    name = forms.CharField(max_length=120, help_text="First and last name", error_messages=ask("Enter the name."))
    email = forms.EmailField(label="Email address", max_length=254, error_messages=EMAIL)
    why = forms.CharField(
        label="Reason",
        max_length=500,
        help_text="The trust reads it in its record of changes. For example: asked for by the chair, as nobody there"
        " can sign in.",
        error_messages=ask("Say why somebody outside the trust invites its administrator."),
    )

    def __init__(self, *args: Any, has_one: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_one:
            del self.fields["why"]
