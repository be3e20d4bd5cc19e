"""The product's settings for one step: static files collected without compression.

That costs most of a minute and helps nobody on a machine's own pages. The manifest has the same form either way, so the
product then serves the plain files.
"""

from trust_si.settings import *  # noqa: F403

STORAGES = {
    **STORAGES,  # noqa: F405
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
}
