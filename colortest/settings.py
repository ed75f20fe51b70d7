"""Every setting of the site, read once from the environment. Importing this file starts nothing.

The README's table lists the variables; `colortest/checks.py` says what is wrong with their values.
"""

import logging
import secrets
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF

from colortest import embedded
from colortest.connections import patient_for
from colortest.logs.lines import configuration, default_format

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# Where this machine keeps its data: database, files, logs, secrets.
VAR = env.path("COLORTEST_VAR", default=str(embedded.home(BASE_DIR)))()
VAR = Path(VAR)

DEBUG = env.bool("DEBUG", default=False)
SECRET_FILE = VAR / "secret-key"
SECRET_KEY = env.str(
    "SECRET_KEY",
    # Without a key of its own a process makes one up: safe, but sessions then end with the process. URL-safe,
    # because django-environ takes what begins with $ for the name of another variable.
    default=SECRET_FILE.read_text() if SECRET_FILE.exists() else secrets.token_urlsafe(50),
)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("HTTPS", default=False)

INSTALLED_APPS = [
    "colortest",
    "colortest.stimuli",
    "colortest.experiment",
    "colortest.analysis",
    "colortest.operating",
    "pgtrigger",
    "django_htmx",
    "axes",
    "django_structlog",
    "django.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "colortest.logs.requests.QuietRequests",
    "colortest.middleware.no_nul",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "colortest.urls"
WSGI_APPLICATION = "colortest.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "colortest.access.roles",
            ]
        },
    }
]

# So long after its cable was pulled the rows of a worker are free again, and it notices itself, seconds.
DATABASE_SILENCE = env.int("DATABASE_SILENCE", default=20)
# PostgreSQL everywhere. Connections are kept: a new one costs four times the query.
EMBEDDED_DATABASE = "DATABASE_URL" not in env.ENVIRON
_address = env.db_url("DATABASE_URL", default=embedded.database_url(VAR))
DATABASES = {
    "default": {
        **_address,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**patient_for(DATABASE_SILENCE), **_address.get("OPTIONS", {})},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A queue message is only a doorbell: nothing waits in Redis that PostgreSQL does not know.
EMBEDDED_REDIS = "REDIS_URL" not in env.ENVIRON
REDIS_URL = env.str("REDIS_URL", default=embedded.redis_url(VAR))

# In the database: shared by all processes, and there when Redis is not. Only failed logins are counted in it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"},
    # Drawings, in each process: they are large, and must not push out what the other one counts.
    "drawings": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100}},
}

# Uploaded archives and stimuli are never served by address: every read goes through a view that checks.
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR / "files"))()
# nginx stands before the site, sees the same folder, and sends stored files when the site names them.
X_ACCEL = env.bool("X_ACCEL", default=False)
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
# With a bucket, uploads and stimuli lie there and not in MEDIA_ROOT. Without a key boto3 looks where it always does.
S3_BUCKET = env.str("S3_BUCKET", default="")
S3_ENDPOINT = env.str("S3_ENDPOINT", default="")
S3_REGION = env.str("S3_REGION", default="")
S3_KEY = env.str("S3_KEY", default="")
S3_SECRET = env.str("S3_SECRET", default="")
BUCKET = {
    "BACKEND": "colortest.bucket.BucketFiles",
    "OPTIONS": {
        "bucket_name": S3_BUCKET,
        "endpoint_url": S3_ENDPOINT or None,
        "region_name": S3_REGION or None,
        "access_key": S3_KEY or None,
        "secret_key": S3_SECRET or None,
    },
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": BUCKET if S3_BUCKET else {"BACKEND": "colortest.storage.LocalFiles"},
    "staticfiles": {"BACKEND": "colortest.storage.StaticFiles"},
}
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", default=100_000)

# The checkpoint that the demo registers, and the one folder from which checkpoints may be registered.
CHECKPOINT_DIR = env.path("CHECKPOINT_DIR", default=str(BASE_DIR / "generator" / "checkpoints"))()
# How many photos a worker claims, colours and commits at a time.
COLORIZE_BATCH = env.int("COLORIZE_BATCH", default=32)
# One number from which every time limit of the queue is derived, seconds.
TASK_SECONDS = env.int("TASK_SECONDS", default=600)

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
AXES_VERBOSE = False
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1  # hours
# Both together, so that nobody locks somebody else out. The cache holds a digest of the two for an hour; the address in
# it is a keyed hash, so that trying all addresses there are tells nobody which it was.
AXES_CLIENT_IP_CALLABLE = "colortest.access.hashed_address"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# Load balancers and Prometheus ask from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
# Who sends it as a bearer token reads /metrics; without one that address does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # seconds; who switched reads the same language next time
LOCALE_PATHS = [BASE_DIR / "colortest" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Lines of JSON, or text where somebody reads along; no line tells of a person.
LOG_FORMAT = env.str("LOG_FORMAT", default=default_format())
LOGGING_CONFIG = "colortest.logs.lines.configure"
LOGGING = configuration(LOG_FORMAT, env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_USER_ID_FIELD = ""
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
# A refused page is no error of ours.
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG
