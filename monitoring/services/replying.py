"""The school says whether a record is accurate; its comment stands beside it wherever it is read."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from monitoring.models import Visit
from monitoring.queries.visits import form_of
from schools.audit import record_act
from schools.models import Membership
from schools.services.replying import comment_in, put_reply

from .news import tell_replied
from .sending import publish


def reply_to_visit(visit: Visit, *, by: Membership, reply: str, text: str = "") -> Visit:
    """Accurate, or with a comment. The record is final from then on. Raises ValidationError by field."""
    locked = Visit.objects.select_for_update().get(pk=visit.pk)
    if not locked.waits_for_reply:
        raise ValidationError("The record is final now, so no reply can be added.")
    comment = comment_in(reply, text)
    form = form_of(visit)
    words = str(Visit.Reply(reply).label)
    record_act("visit.replied", locked, by=by, school=visit.school, after=words, label=form.label)
    put_reply(locked, reply, comment, by=by)
    locked.final_at = locked.replied_at
    locked.save()
    publish(locked)
    tell_replied(locked, form, by=by)
    return locked
