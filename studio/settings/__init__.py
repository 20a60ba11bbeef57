"""Django's settings, from the environment. `env.production` chooses the adapters; nothing else
in the code asks which mode this is."""

from __future__ import annotations

import os

from studio.settings.databases import databases
from studio.settings.env import BASE_DIR, private_file, read_environment
from studio.settings.operator import read_operator

ENV = read_environment()
DEBUG = ENV.debug
DATA_DIR = ENV.data_dir
SECRET_KEY = os.environ.get("TROUPE_SECRET_KEY") or private_file(DATA_DIR / "keys" / "secret_key")

OPERATOR = read_operator(SECRET_KEY)

ALLOWED_HOSTS = ENV.hosts()
ALLOWED_ORIGINS = ENV.origins()
CSRF_TRUSTED_ORIGINS = list(ENV.public_urls)
ROOT_URLCONF = "studio.urls"
ASGI_APPLICATION = "studio.asgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "studio.core",
    "studio.accounts",
    "studio.credentials",
    "studio.library",
    "studio.runs",
    "studio.approvals",
    "studio.execution",
    "studio.api",
    "studio.web",
]

MIDDLEWARE = [
    "studio.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "studio.web.middleware.SignInRequired",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
            ]
        },
    }
]

DATABASES = databases(ENV)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/signin"

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False

# Cookies ignore ports: two Troupes on one machine must not sign each other out.
SESSION_COOKIE_NAME = f"troupe_session_{ENV.port}"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_NAME = "troupe_csrftoken"
CSRF_COOKIE_SAMESITE = "Lax"
_TLS = bool(ENV.public_urls) and all(u.startswith("https://") for u in ENV.public_urls)
SESSION_COOKIE_SECURE = _TLS
CSRF_COOKIE_SECURE = _TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ENV.behind_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = False

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static"
WHITENOISE_AUTOREFRESH = False
# Vite puts a hash into these names.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/frontend/assets/"
FRONTEND_MANIFEST = BASE_DIR / "static" / "frontend" / "manifest.json"

DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
TASK_MAX_CHARS = 200_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "studio.api.authentication.BearerTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["studio.api.permissions.WorkspacePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["studio.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "studio.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Troupe",
    "DESCRIPTION": "Design, run, approve and replay teams of AI agents.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["studio.api.permissions.WorkspacePermission"],
    "ENUM_NAME_OVERRIDES": {
        "RunState": "studio.runs.models.RunState",
        "RequestState": "studio.approvals.models.RequestState",
        "RequestKind": "studio.approvals.models.RequestKind",
        "CredentialKind": "studio.credentials.models.CredentialKind",
        "Role": "studio.accounts.models.Role",
        "WaitKind": ["approval", "input", "timer", "credential", "quota"],
        "Severity": ["error", "warning"],
        "Verdict": ["allow", "ask", "deny"],
    },
}

# The operator's own components, as `module:MAPPING` of provider names to `module:Class`.
COMPONENT_CATALOGS = [p for p in os.environ.get("TROUPE_COMPONENTS", "").split(",") if p]

REDIS_URL = ENV.redis_url
if ENV.production:
    CHANNEL_LAYERS = {
        "default": {
            # Pub/sub: hints only, so its losses are harmless; the core layer drops at capacity.
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [ENV.redis_url], "prefix": "troupe"},
        }
    }
else:
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

LEASE_SECONDS = float(os.environ.get("TROUPE_LEASE_SECONDS", "15"))
LEASE_RENEW_SECONDS = LEASE_SECONDS * 4 / 15
LEASE_FENCE_SECONDS = LEASE_SECONDS * 10 / 15
RECONCILE_SECONDS = float(os.environ.get("TROUPE_RECONCILE_SECONDS", "3"))
LINGER_SECONDS = float(os.environ.get("TROUPE_LINGER_SECONDS", "2"))
DRAIN_SECONDS = 8.0
WORKER_CONCURRENCY = int(os.environ.get("TROUPE_CONCURRENCY", "200"))
WORKSPACE_ACTIVE_RUNS = int(os.environ.get("TROUPE_WORKSPACE_ACTIVE_RUNS", "50"))
POLL_SECONDS = 5.0

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"redact": {"()": "studio.core.redaction.RedactSecrets"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["redact"],
        }
    },
    "loggers": {
        # Says at each start that the memory broker has no host.
        "kombu.connection": {"level": "ERROR"},
        # Answers of 4xx are the caller's business; 5xx have their own line with the traceback.
        "django.request": {"level": "ERROR"},
    },
    "root": {"handlers": ["stderr"], "level": os.environ.get("TROUPE_LOG_LEVEL", "WARNING")},
}
