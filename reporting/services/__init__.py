"""Every change to reports: asked for, made in the background, downloaded."""

from .downloads import download_report
from .making import make_report, report_failed
from .requests import ask_again, request_report, request_scheduled_reports

__all__ = [
    "ask_again",
    "download_report",
    "make_report",
    "report_failed",
    "request_report",
    "request_scheduled_reports",
]
