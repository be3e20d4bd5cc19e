"""The view every noun of the API is built on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404
from django.utils.functional import cached_property
from redis.exceptions import RedisError
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.viewsets import GenericViewSet

from schools.access import Access, Permission

from .document import TrustSchema
from .input import BoundedJson, Refused, speakable

log = logging.getLogger(__name__)


class TrustRate(UserRateThrottle):
    """So many requests a minute of one person in one trust. Without its store nobody is held up."""

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"trust:{request._request.trust.pk}:rate:{request.user.pk}"  # type: ignore[attr-defined]

    def allow_request(self, request: Request, view: Any) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            log.warning("requests are not counted", exc_info=True)
            return True


class Pages(PageNumberPagination):
    """Fifty rows a page, at most two hundred."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    invalid_page_message = "There is no such page."

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for one in parameters:
            one["schema"]["minimum"] = 1
            if one["name"] == self.page_size_query_param:
                one["schema"] |= {"maximum": self.max_page_size, "default": self.page_size}
        return parameters


class TrustView(GenericAPIView):
    """A view inside a trust. It says what it `needs`, and `rows` gives what this person may read."""

    needs: ClassVar[Permission]
    model: ClassVar[type[Model]]
    tag: ClassVar[str]
    operation: ClassVar[str] = ""  # the name in the document, where the action alone would not do
    takes: ClassVar[Any] = None
    answers: ClassVar[Any] = None
    also: ClassVar[tuple[int, ...]] = ()  # codes this view answers with, beside those every view has
    headers_told: ClassVar[tuple[Any, ...]] = ()

    throttle_classes = [TrustRate]
    pagination_class = Pages
    parser_classes = [BoundedJson]
    metadata_class = None
    schema = TrustSchema()

    @cached_property
    def access(self) -> Access:
        return self.request._request.access  # type: ignore[attr-defined]

    def rows(self) -> QuerySet[Any]:
        """The rows this person may read, in their usual order."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        if getattr(self, "swagger_fake_view", False):  # the document is made outside every trust
            return self.model._default_manager.none()
        return self.rows()

    def taken(self) -> dict[str, Any]:
        """What was sent, as `takes` reads it. Raises Refused by field."""
        sent = self.takes(data=self.request.data)
        if not sent.is_valid():
            raise Refused(sent.errors)
        return dict(sent.validated_data)

    def get_object(self) -> Any:
        """The row, or one and the same 404."""
        try:
            return super().get_object()
        except Http404:
            raise NotFound from None


class Rows(ListModelMixin, RetrieveModelMixin, TrustView, GenericViewSet):
    """A list with filters and pages, and one row of it."""

    http_method_names = ["get", "head"]
    lookup_value_regex = "[0-9]{1,18}"

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        filterset = getattr(self, "filterset_class", None)
        known = {*(filterset.base_filters if filterset else ()), "page", "page_size"}
        self._refuse_unknown(request.query_params, known)
        return super().list(request, *args, **kwargs)

    def _refuse_unknown(self, asked: Iterable[str], known: set[str]) -> None:
        words = f"There is no such filter here. There is: {', '.join(sorted(known))}."
        wrong = {speakable(name): words for name in asked if name not in known}
        if wrong:
            raise Refused(wrong)
