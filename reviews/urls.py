"""Addresses of reviews and of the register of practice, under /t/<trust>/."""

from __future__ import annotations

from django.urls import path

from reviews.views import portraits, programme, publishing, register, reviews, wishes, writing, years

ONE = "reviews/<int:pk>/"
YEAR = "programme/<int:pk>/"
ENTRY = "practice/<int:pk>/"

review_urls = [
    path("reviews/", reviews.reviews, name="reviews"),
    path("schools/<int:school_id>/reviews/new/", reviews.review_new, name="review_new"),
    path("reviews/asked/<int:pk>/", wishes.review_wish, name="review_wish"),
    path(ONE, reviews.review, name="review"),
    path(ONE + "terms/", reviews.review_terms, name="review_terms"),
    path(ONE + "sign/", reviews.review_sign, name="review_sign"),
    path(ONE + "withdraw/", reviews.review_withdraw, name="review_withdraw"),
    path(ONE + "team/", reviews.review_team, name="review_team"),
    path(ONE + "team/<int:member_id>/remove/", reviews.review_leave, name="review_leave"),
    path(ONE + "begin/", publishing.review_begin, name="review_begin"),
    path(ONE + "write/", writing.review_write, name="review_write"),
    path(ONE + "write/save/", writing.review_autosave, name="review_autosave"),
    path(ONE + "findings/", writing.review_findings, name="review_findings"),
    path(ONE + "findings/<int:finding_id>/", writing.review_finding, name="review_finding"),
    path(ONE + "findings/<int:finding_id>/offer/", publishing.practice_offer, name="practice_offer"),
    path(ONE + "send/", publishing.review_send, name="review_send"),
    path(ONE + "reply/", publishing.review_reply, name="review_reply"),
    path(ONE + "publish/", publishing.review_publish, name="review_publish"),
    path(ONE + "share/", publishing.review_share, name="review_share"),
    path(ONE + "concern/", publishing.review_concern, name="review_concern"),
    path(ONE + "concern/<int:dispute_id>/", publishing.review_mediate, name="review_mediate"),
]

programme_urls = [
    path("programme/", programme.trust_programme, name="trust_programme"),
    path("schools/<int:school_id>/programme/", programme.programme, name="programme"),
    path("schools/<int:school_id>/programme/begin/", years.year_begin, name="year_begin"),
    path(YEAR + "write/", years.year_write, name="year_write"),
    path(YEAR + "write/save/", years.year_autosave, name="year_autosave"),
    path(YEAR + "sign/", years.year_sign, name="year_sign"),
    path(YEAR + "anew/", years.year_anew, name="year_anew"),
]

register_urls = [
    path("practice/", register.practice, name="practice"),
    path("practice/new/", register.practice_new, name="practice_new"),
    path(ENTRY, register.practice_page, name="practice_page"),
    path(ENTRY + "ask/", register.practice_ask, name="practice_ask"),
    path(ENTRY + "end/", register.practice_end, name="practice_end"),
    path(ENTRY + "requests/<int:request_id>/", register.practice_answer, name="practice_answer"),
    path("portraits/", portraits.portrait_list, name="portraits"),
    path("portraits/mine/", portraits.portrait, name="portrait"),
    path("portraits/<int:pk>/photo/", portraits.portrait_photo, name="portrait_photo"),
]

urlpatterns = [*review_urls, *programme_urls, *register_urls]
