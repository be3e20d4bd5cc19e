"""Addresses of self-evaluations, returns, figures and targets, under /t/<trust>/."""

from __future__ import annotations

from django.urls import URLPattern, path

from evidence.views import (
    accuracy,
    benchmarks,
    compare,
    hub,
    judgements,
    returns,
    returns_files,
    returns_lead,
    sef,
    sef_trust,
    sources,
    targets,
)

SEF = "schools/<int:school_id>/self-evaluation/"
SEF_OF_TERM = SEF + "<int:period_id>/"

sef_urls: list[URLPattern] = [
    path("self-evaluations/", sef_trust.sefs, name="sefs"),
    path("self-evaluations/remind/", sef_trust.sef_remind, name="sef_remind"),
    path("self-evaluations/<int:pk>/", sef.sef_record, name="sef_record"),
    path(SEF, sef.sef_latest, name="sef_latest"),
    path(SEF_OF_TERM + "begin/", sef.sef_begin, name="sef_begin"),
    path(SEF_OF_TERM + "changes/", sef_trust.sef_changes, name="sef_changes"),
    path(SEF_OF_TERM + "sections/<slug:area>/", sef.sef_area, name="sef_area"),
    path(SEF_OF_TERM + "sections/<slug:area>/save/", sef.sef_autosave, name="sef_autosave"),
]

RETURN = "schools/<int:school_id>/returns/<int:period_id>/<slug:point>/"

return_urls: list[URLPattern] = [
    path("returns/", returns_lead.board, name="returns_board"),
    path("returns/chase/", returns_lead.chase, name="returns_chase"),
    path("schools/<int:school_id>/returns/", returns.returns, name="returns"),
    path(RETURN, returns.page, name="return_page"),
    path(RETURN + "begin/", returns.begin, name="return_begin"),
    path(RETURN + "save/", returns.autosave, name="return_autosave"),
    path(RETURN + "classes/", returns.classes, name="return_classes"),
    path(RETURN + "template.xlsx", returns_files.template, name="return_template"),
    path(RETURN + "upload/", returns_files.upload, name="return_upload"),
    path(RETURN + "back/", returns_lead.back, name="return_back"),
    path(RETURN + "agree/", returns_lead.agree, name="return_agree"),
]

CHECKS = "schools/<int:school_id>/checks/"

figure_urls: list[URLPattern] = [
    path(CHECKS, sources.checks, name="checks"),
    path(CHECKS + "<int:source_id>/", sources.check_correct, name="check_correct"),
    path(CHECKS + "<int:source_id>/withdraw/", sources.check_withdraw, name="check_withdraw"),
    path(CHECKS + "new/<slug:kpi>/", sources.check_new, name="check_new"),
]

comparing_urls = [
    path("evidence/", hub.evidence, name="evidence"),
    path("evidence/compare/", compare.compare_schools, name="compare_schools"),
    path("evidence/compare/file/", compare.compare_file, name="compare_file"),
    path("evidence/targets/", targets.trust_targets, name="trust_targets"),
    path("evidence/benchmarks/", benchmarks.benchmarks, name="benchmarks"),
    path("evidence/benchmarks/<int:pk>/remove/", benchmarks.benchmark_remove, name="benchmark_remove"),
    path("evidence/accuracy/", accuracy.accuracy, name="accuracy"),
    path("schools/<int:school_id>/judgements/", judgements.judgements, name="judgements"),
    path(
        "schools/<int:school_id>/judgements/<int:source_id>/withdraw/",
        judgements.judgement_withdraw,
        name="judgement_withdraw",
    ),
    path("schools/<int:school_id>/targets/", targets.school_targets, name="school_targets"),
]

urlpatterns = [*comparing_urls, *sef_urls, *return_urls, *figure_urls]
