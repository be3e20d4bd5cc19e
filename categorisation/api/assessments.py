"""Risk matrices, with their version as the ETag, and the one write of the API: a school's ratings."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.http import parse_etags
from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from categorisation.models import Assessment
from categorisation.queries import entries_of, kpis_of, ratings_of
from categorisation.rules.entry import asked_of
from categorisation.services import save_ratings
from categorisation.services.assessments import Conflict, Saved, entry_of
from schools.access import Permission
from schools.api import IdFilter, Moment, Order, Refused, RowFilters, Rows, TrustView
from schools.api.document import ETAG, REFUSALS

from .ratings import RatingIn, RatingOut, RatingsIn, entries_from, spoken
from .sight import of_matrices
