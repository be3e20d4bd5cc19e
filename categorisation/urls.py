"""Addresses of the risk matrix, of decisions and of facts, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from categorisation.views import decisions, facts, matrix, matrix_acts, moderation

MATRIX = "schools/<int:school_id>/matrix/<int:period_id>/"

urlpatterns = [
    path(MATRIX, matrix.matrix, name="matrix"),
    path(MATRIX + "begin/", matrix_acts.begin, name="matrix_begin"),
    path(MATRIX + "carry/", matrix_acts.carry, name="matrix_carry"),
    path(MATRIX + "accept/", matrix_acts.accept, name="matrix_accept"),
    path(MATRIX + "submit/", matrix_acts.submit, name="matrix_submit"),
    path(MATRIX + "moderate/", moderation.moderate, name="matrix_moderate"),
    path(MATRIX + "moderate/rating/", moderation.rate, name="moderate_rating"),
    path(MATRIX + "return/", moderation.send_back, name="matrix_return"),
    path(MATRIX + "agree/", moderation.agree, name="matrix_agree"),
    path(MATRIX + "criteria/<slug:criterion>/", matrix.criterion, name="criterion"),
    path(MATRIX + "criteria/<slug:criterion>/save/", matrix.autosave, name="matrix_autosave"),
    path("schools/<int:school_id>/facts/", facts.facts, name="facts"),
    path("schools/<int:school_id>/facts/<int:fact_id>/end/", facts.fact_end, name="fact_end"),
    path("moderation/", moderation.waiting, name="waiting"),
    path("schools/<int:school_id>/decide/<slug:axis>/", decisions.decide, name="decide"),
    path("decisions/<int:decision_id>/", decisions.decision, name="decision"),
    path("decisions/<int:decision_id>/reply/", decisions.reply, name="reply"),
]
