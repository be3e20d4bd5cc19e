"""Addresses of the foundation: outside every trust, then inside one."""

from __future__ import annotations

from django.urls import include, path

from schools.views import (
    account,
    home,
    invitations,
    offline,
    operator,
    people,
    register,
    schools,
    settings,
    strategy,
)

inside = [
    path("", home.trust_home, name="trust_home"),
    path("brand.css", home.brand_css, name="brand_css"),
    path("account/", account.account, name="account"),
    path("account/tokens/<int:pk>/end/", account.token_end, name="token_end"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/end/", people.person_end, name="person_end"),
    path("people/roles/<int:pk>/end/", people.role_end, name="role_end"),
    path("people/invitations/<int:pk>/", people.invitation_act, name="invitation_act"),
    path("strategy/", strategy.strategy, name="strategy"),
    path("strategy/<int:pk>/", strategy.strategy_version, name="strategy_version"),
    path("strategy/<int:pk>/text/", strategy.strategy_text, name="strategy_text"),
    path("setup/", settings.setup, name="setup"),
    path("setup/settings/", settings.trust_settings, name="trust_settings"),
    path("setup/calendar/", settings.calendar, name="calendar"),
    path("setup/calendar/<int:year>/", settings.calendar, name="calendar_year"),
    path("setup/calendar/<int:year>/<int:pk>/", settings.calendar_school, name="calendar_school"),
    path("setup/schools/", schools.setup_schools, name="setup_schools"),
    path("setup/schools/register/", schools.setup_register, name="setup_register"),
    path("setup/schools/new/", schools.setup_school_new, name="setup_school_new"),
    path("setup/schools/<int:pk>/", schools.setup_school, name="setup_school"),
    path("setup/strategy/", strategy.strategy_choose, name="strategy_choose"),
    path("setup/strategy/upload/", strategy.strategy_upload, name="strategy_upload"),
    path("setup/strategy/follow/", strategy.strategy_follow, name="strategy_follow"),
    path("setup/strategy/<slug:name>/", strategy.strategy_shipped, name="strategy_shipped"),
    path("record/", settings.audit, name="audit"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("demo/", home.demo, name="demo"),
    path("demo/sign-in/", home.demo_sign_in, name="demo_sign_in"),
    path("invitation/<str:secret>/", invitations.invitation, name="invitation"),
    path("operator/", operator.operator, name="operator"),
    path("operator/new/", operator.operator_new, name="operator_new"),
    path("operator/register/", register.register_import, name="register_import"),
    path("operator/register/<int:pk>/", register.register_import_status, name="register_import_status"),
    path("operator/<slug:slug>/", operator.operator_trust, name="operator_trust"),
    path("operator/<slug:slug>/invitations/<int:pk>/", operator.operator_resend, name="operator_resend"),
    path("offline.js", offline.worker, name="offline_worker"),
    path("offline/", offline.shell, name="offline"),
    path("offline/key/", offline.key, name="offline_key"),
    path("t/<slug:trust>/", include(inside)),
]
