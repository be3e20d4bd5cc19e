"""Settings. One file; everything that differs between installations comes from the environment (.env.example)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

from trust_si.logs import LOGGING  # noqa: F401

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# What differs
SECRET_KEY = env("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)  # one-click sign-in, invented data, cookies over plain http on loopback
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / ".demo")))
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
RELEASE = env("RELEASE", default="dev")
SECURE = env.bool("SECURE", default=not (DEBUG or DEMO))  # served over https
EXCHANGE_SECONDS = env.float("EXCHANGE_SECONDS", default=5)  # the longest that one matching of support is worked on
EXCHANGE_GAP = env.float("EXCHANGE_GAP", default=0)  # how far from the best it may stop; 0.01 is one per cent
PROXY_COUNT = env.int("PROXY_COUNT", default=0)  # our own proxies in front, which say https or not and who asks


def settings_of(provider: str) -> dict[str, Any]:
    """What the installation says of a provider, with what follows from it."""
    said: dict[str, Any] = json.loads(env(f"{provider.upper()}_SETTINGS", default="") or "{}")
    if provider == "microsoft":
        # A directory of one's own vouches for its addresses; in one of these anybody may claim any
        shared = said.get("tenant", "common") in {"common", "organizations", "consumers"}
        said["verified_email"] = not shared and said.get("verified_email", True)
    return said


def origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


# The providers that are set up, each with its settings. One that is not has no address either
SIGN_IN_WITH = {
    name: settings_of(name)
    for name in ("microsoft", "google", "openid_connect")
    if env(f"{name.upper()}_CLIENT_ID", default="")
}
# Where their sign-in pages are, in their settings or by default
PAGES = {
    "microsoft": ("login_url", "https://login.microsoftonline.com"),
    "google": ("login_url", "https://accounts.google.com"),
    "openid_connect": ("server_url", ""),
}
SIGN_IN_ORIGINS = [origin(said.get(*PAGES[name])) for name, said in SIGN_IN_WITH.items()]
if SIGN_IN_WITH:
    SIGN_IN_ORIGINS += env.list("SIGN_IN_ORIGINS", default=[])

INSTALLED_APPS = [
    "schools",
    "evidence",
    "categorisation",
    "reviews",
    "plans",
    "monitoring",
    "reporting",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *(f"allauth.socialaccount.providers.{name}" for name in SIGN_IN_WITH),
    "axes",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "schools.ways_back.WaysBack",
    "schools.access.TrustMiddleware",  # last: it opens the trust around the view alone
]

ROOT_URLCONF = "trust_si.urls"
CSRF_FAILURE_VIEW = "trust_si.api.form_expired"
WSGI_APPLICATION = "trust_si.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "schools.frame.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")  # its templates, under ours

# The application's login; `bin/setup` and the compose file migrate with DATABASE_OWNER_URL in its place
DATABASES = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 300
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PGHISTORY_INSTALL_CONTEXT_FUNC_ON_MIGRATE = False  # the context is kept in each history row instead

# Sign-in
AUTH_USER_MODEL = "schools.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # refuses a locked account before a password is hashed
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "schools.sign_in.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "schools.sign_in.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "schools.sign_in.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"  # an address is proven by the invitation sent to it
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Trust SI: "
ACCOUNT_SESSION_REMEMBER = False  # staff-room computers: closing the browser signs out
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "20/m/ip,10/5m/key",
    "reset_password": "10/m/ip,3/m/key",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True  # by an address for which the provider vouches
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = {
    name: {
        "APPS": [
            {
                "provider_id": name if name == "openid_connect" else "",  # the end of its address here
                "name": env("OPENID_CONNECT_NAME", default="") or "OpenID Connect",  # the others have their own
                "client_id": env(f"{name.upper()}_CLIENT_ID"),
                "secret": env(f"{name.upper()}_SECRET"),
                "settings": provider_settings,
            }
        ]
    }
    for name, provider_settings in SIGN_IN_WITH.items()
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_REQUIRED_ROLES = [name.strip() for name in env.list("MFA_REQUIRED_ROLES", default=[])]  # schools.access checks them
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # the honest owner still gets in from elsewhere
AXES_LOCKOUT_TEMPLATE = "429.html"
AXES_USERNAME_FORM_FIELD = "login"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_CLIENT_IP_CALLABLE = "schools.sign_in.client_ip"  # as for allauth's limits: see AccountAdapter
AXES_VERBOSE = False

# Web
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'", *SIGN_IN_ORIGINS],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Words and time
LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = True

# Mail
if env("EMAIL_URL", default=""):
    globals().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL = env("FROM_EMAIL", default="Trust SI <no-reply@localhost>")

# Background work. A job is a row first (schools.jobs); the message is only a nudge
REDIS_URL = env("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 900, "socket_timeout": 10}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    "take up what was left": {"task": "schools.sweep_jobs", "schedule": 15.0},
    "reports on the calendar": {"task": "reporting.request_scheduled_reports", "schedule": 600.0},
    "daily digests": {"task": "schools.send_digests", "schedule": 300.0},
    "returns that open and are due": {"task": "evidence.remind_of_returns", "schedule": 3600.0},
    "self-evaluations that are due": {"task": "evidence.remind_of_self_evaluations", "schedule": 3600.0},
    "impact checks that come": {"task": "plans.remind_of_impact_checks", "schedule": 3600.0},
    "plans to answer": {"task": "plans.remind_of_approvals", "schedule": 3600.0},
    "concerns to look at": {"task": "plans.remind_of_concerns", "schedule": 3600.0},
    "progress of plans": {"task": "plans.remind_of_progress", "schedule": 3600.0},
    "appraisals": {"task": "plans.keep_appraisals", "schedule": 3600.0},
    "checklists of levels": {"task": "plans.follow_levels", "schedule": 3600.0},
    "visits: replies and old notes": {"task": "monitoring.keep_time", "schedule": 3600.0},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["schools.sign_in.TokenAuthentication", "schools.sign_in.ApiSession"],
    "DEFAULT_PERMISSION_CLASSES": ["schools.access.MayUseApi"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 50,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env("API_RATE", default="600/min")},
    "NUM_PROXIES": PROXY_COUNT,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "schools.access.api_refusal",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Trust SI",
    "DESCRIPTION": "Schools, assessments, ratings, proposals, decisions and reports of one trust.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,  # what a PATCH must hold is required
    "ENUM_NAME_OVERRIDES": {
        "AssessmentState": "categorisation.models.Assessment.State",
        "ReportState": "reporting.models.Report.State",
        "VisitState": "monitoring.models.Visit.State",
        "ActionState": "plans.models.Action.State",
        "PlanState": "plans.models.Plan.State",
        "ConditionState": "plans.models.Condition.State",
        "ChecklistItemStatus": "plans.models.ChecklistItem.Status",
        "ConcernState": "plans.models.Concern.State",
        "ReviewState": "reviews.models.Review.State",
        "ProgrammeState": "reviews.models.YearProgramme.State",
        "WishState": "reviews.models.ReviewWish.State",
        "MatchState": "plans.models.MatchLine.State",
        "MatchingStatus": "plans.models.MatchRun.Status",
        "OfferState": "plans.models.Offer.State",
        "SupportBookingState": "plans.models.SupportBooking.State",
        "SupportRequestState": "plans.models.SupportRequest.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
SILENCED_SYSTEM_CHECKS: list[str] = []
