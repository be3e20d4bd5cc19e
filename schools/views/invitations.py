"""Following the link of an invitation. Nobody needs to be signed in to open it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from schools.forms import accepted
from schools.forms.people import PasswordForm
from schools.models import User
from schools.services.invitations import CLOSED, Offer, accept_invitation, offer_behind
from schools.sign_in import remember_trusts
from schools.views import page
from schools.views.home import BACKEND

TEMPLATE = "schools/invitation_page.html"


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """One press for whoever is signed in with the address; a password for somebody new; a sentence for the rest."""
    offer = offer_behind(secret)
    if offer is None:
        return page(request, TEMPLATE, sentence=CLOSED["unknown"], status=404)
    if offer.state != "open":
        return page(request, TEMPLATE, sentence=CLOSED[offer.state], status=410)
    if request.user.is_authenticated:
        return _as_signed_in(request, secret, offer)
    if offer.has_account:
        return page(request, TEMPLATE, offer=offer, way="sign in")
    return _as_somebody_new(request, secret, offer)


def _as_signed_in(request: HttpRequest, secret: str, offer: Offer) -> HttpResponse:
    user: User = request.user  # type: ignore[assignment]
    if user.email != offer.email:
        return page(request, TEMPLATE, offer=offer, way="another", status=403)
    if request.method != "POST":
        return page(request, TEMPLATE, offer=offer, way="accept")
    accept_invitation(secret, user=user)
    return _welcome(request, offer)


def _as_somebody_new(request: HttpRequest, secret: str, offer: Offer) -> HttpResponse:
    person = User(email=offer.email, name=offer.name)
    form = PasswordForm(request.POST or None, person=person)
    if request.method == "POST" and accepted(form, lambda data: accept_invitation(secret, password=data["password"])):
        login(request, User.objects.get(email=offer.email), backend=BACKEND)
        return _welcome(request, offer)
    return page(request, TEMPLATE, offer=offer, way="password", form=form)


def _welcome(request: HttpRequest, offer: Offer) -> HttpResponse:
    remember_trusts(request)
    messages.success(request, f"You have joined {offer.trust.name} as {offer.role_words}.")
    return redirect("trust_home", trust=offer.trust.slug)
