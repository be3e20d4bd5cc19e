"""Addresses of plans and their actions, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from plans.views import actions, approving, plans, writing

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
]
