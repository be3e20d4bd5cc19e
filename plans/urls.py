"""Addresses of plans and their actions, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from plans.views import actions, approving, plans, support, support_asking, support_booking, support_impact, writing

urlpatterns = [
    path("actions/<int:pk>/", actions.action, name="action"),
    path("schools/<int:school_id>/actions/", actions.school_actions, name="school_actions"),
    path("reviews/<int:pk>/actions/", actions.review_actions, name="review_actions"),
    path("plans/", plans.plans, name="plans"),
    path("schools/<int:school_id>/plans/", plans.school_plans, name="school_plans"),
    path("plans/<int:pk>/", plans.plan, name="plan"),
    path("plans/<int:pk>/editions/<int:number>/", plans.plan_edition, name="plan_edition"),
    path("plans/<int:pk>/write/", writing.plan_write, name="plan_write"),
    path("plans/<int:pk>/write/save/", writing.plan_save, name="plan_save"),
    path("plans/<int:pk>/priorities/", writing.priority_new, name="priority_new"),
    path("plans/<int:pk>/priorities/<int:priority_id>/", writing.priority, name="priority"),
    path("plans/<int:pk>/priorities/<int:priority_id>/leave/", writing.priority_leave, name="priority_leave"),
    path("plans/<int:pk>/actions/", writing.plan_action_new, name="plan_action_new"),
    path("plans/<int:pk>/actions/<int:action_id>/", writing.plan_action, name="plan_action"),
    path("plans/<int:pk>/send/", approving.plan_send, name="plan_send"),
    path("plans/<int:pk>/take-back/", approving.plan_take_back, name="plan_take_back"),
    path("plans/<int:pk>/answer/", approving.plan_answer, name="plan_answer"),
    path("support/", support.support, name="support"),
    path("support/file/", support.support_file, name="support_file"),
    path("support/impact/", support_impact.support_impact, name="support_impact"),
    path("support/trust/book/", support_booking.support_book_trust, name="support_book_trust"),
    path("schools/<int:school_id>/support/", support.school_support, name="school_support"),
    path("schools/<int:school_id>/support/ask/", support_asking.support_ask, name="support_ask"),
    path("schools/<int:school_id>/support/book/", support_booking.support_book, name="support_book"),
    path("support/asked/<int:pk>/", support_asking.support_request, name="support_request"),
    path("support/asked/<int:pk>/send/", support_asking.support_request_send, name="support_request_send"),
    path("support/asked/<int:pk>/back/", support_asking.support_request_back, name="support_request_back"),
    path("support/<int:pk>/", support_booking.support_booking, name="support_booking"),
    path("support/<int:pk>/came/", support_booking.support_came, name="support_came"),
    path("support/<int:pk>/confirm/", support_booking.support_confirm, name="support_confirm"),
    path("support/<int:pk>/end/", support_booking.support_end, name="support_end"),
]
