"""Django's settings, from the environment or `.env`; a test compares them with those in README."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from core.environment import azure_application, read_provider_key, read_secret, secret, trimmed, trimmed_value

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

VAR = Path(env.str("POLYPHONY_VAR", default=str(BASE_DIR / "var")))
"""Default folder of database, media and secrets."""

# Security

DEBUG = env.bool("DEBUG", default=False)
ALLOW_INSECURE = env.bool("ALLOW_INSECURE", default=False)
"""True starts with DEBUG at an address that other machines reach, and with ALLOWED_HOSTS=*."""

SECRET_KEY = secret("SECRET_KEY", VAR)
POLYPHONY_SECRET_KEYS = [
    key.strip() for key in secret("POLYPHONY_SECRET_KEYS", VAR).split(",") if key.strip()
]
"""Fernet keys that decrypt provider keys and pepper API keys; the first one encrypts."""

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_COOKIES = env.bool("SECURE_COOKIES", default=False)
"""True wherever the site is served by https; a proxy named in TRUSTED_PROXIES sends the scheme."""

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=0)
# redirects to TLS, and whether strict transport security covers other names, are the proxy's to decide
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF, "blob:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

# Serving

HOST = env.str("HOST", default="127.0.0.1")
PORT = env.int("PORT", default=8000)
MAX_UPLOAD_MB = env.int("MAX_UPLOAD_MB", default=50)
INCOMING_MB = env.int("INCOMING_MB", default=4096)
INCOMING_MB_PER_CALLER = env.int("INCOMING_MB_PER_CALLER", default=1024)
RESPONSES_RETENTION_HOURS = env.int("RESPONSES_RETENTION_HOURS", default=24)
IMAGE_URL_SECONDS = env.int("IMAGE_URL_SECONDS", default=3600)
ANSWER_CACHE_MB = env.int("ANSWER_CACHE_MB", default=512)
UPLOAD_RETENTION_DAYS = env.int("UPLOAD_RETENTION_DAYS", default=30)
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
METRICS_ALLOW = env.list("METRICS_ALLOW", default=["127.0.0.0/8", "::1/128"])
STRICT_REQUESTS = env.bool("STRICT_REQUESTS", default=False)
"""True refuses what a model does not take, instructions or a voice of OpenAI's, instead of doing without."""

DRAIN_SECONDS = env.int("DRAIN_SECONDS", default=30)
STALL_SECONDS = env.int("STALL_SECONDS", default=30)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
FILE_UPLOAD_PERMISSIONS = 0o600

# Applications

INSTALLED_APPS = [
    "core",
    "playground",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.compression.TextCompression",
    "core.accounts.personal_answers.personal_answers",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.middleware.time_zone.reader_time_zone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.accounts.staff_requirement.staff_requirement",
]
ROOT_URLCONF = "core.urls"
ASGI_APPLICATION = "core.asgi.application"
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
                "django.template.context_processors.i18n",
                "playground.context.shell",
            ],
        },
    }
]

# Database and Redis

DATABASES = {
    "default": env.db_url_config(read_secret("DATABASE_URL", f"sqlite:///{VAR / 'polyphony.sqlite3'}"))
}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    # a file that was moved or deleted is noticed, see `core.sqlite`
    DATABASE["ENGINE"] = "core.sqlite"
    # WAL lets readers go on beside the one writer; immediate transactions queue instead of failing late;
    # synchronous=NORMAL survives the death of the process, a power cut may cost the last moments
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
    # opening a connection costs more than most queries; PostgreSQL has a pool instead
    DATABASE["CONN_MAX_AGE"] = 60
    # a file, because the ledger has a connection of its own; one per process, so that test runs may overlap
    DATABASE["TEST"] = {"NAME": f"{tempfile.gettempdir()}/polyphony-test-{os.getpid()}.sqlite3"}
else:
    # a server that does not answer is given up within seconds, see `core.postgresql`
    DATABASE["ENGINE"] = DATABASE["ENGINE"].replace("django.db.backends.postgresql", "core.postgresql")
    DATABASE["OPTIONS"] = {
        "connect_timeout": 3,
        "tcp_user_timeout": 5000,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "pool": {
            "min_size": 2,
            "max_size": env.int("DATABASE_POOL", default=16),
            "timeout": 4,
            # longer, and the pause between two tries would grow to minutes
            "reconnect_timeout": 5,
        },
    }
    DATABASE["TEST"] = {"NAME": f"test_polyphony_{os.getpid()}"}
DATABASE_SECONDS = env.float("DATABASE_SECONDS", default=5.0)
REDIS_URL = read_secret("REDIS_URL")
REDIS_LIMIT_SECONDS = env.float("REDIS_LIMIT_SECONDS", default=0.05)
CACHES = {
    "default": {"BACKEND": "core.cache.SharedCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "polyphony:cache"}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Accounts

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "core.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "core.accounts.forms.SignInForm"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 30 * 60
MFA_ADAPTER = "core.accounts.second_factor.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env.str("OIDC_NAME", default="Company")
OIDC_DOMAINS = env.list("OIDC_DOMAINS", default=[])
OIDC_TRUST_EMAIL = env.bool("OIDC_TRUST_EMAIL", default=False)
OIDC_GROUPS_CLAIM = env.str("OIDC_GROUPS_CLAIM", default="groups")
PASSWORD_SIGN_IN = env.bool("PASSWORD_SIGN_IN", default=True)
SOCIALACCOUNT_ADAPTER = "core.accounts.company.CompanyAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "company",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": read_secret("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else [],
    }
}
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=not DEBUG)
STAFF_SECOND_FACTOR_DAYS = env.int("STAFF_SECOND_FACTOR_DAYS", default=14)
"""So many days the admin pages open without one, counted from when the account was made."""

SESSION_COOKIE_AGE = 14 * 24 * 3600
POLYPHONY_ADMIN_USERNAME = env.str("POLYPHONY_ADMIN_USERNAME", default="admin")
POLYPHONY_ADMIN_PASSWORD = read_secret("POLYPHONY_ADMIN_PASSWORD")
# mails have links that sign in: they do not belong into a log that is shipped
EMAIL_FILE_PATH = str(VAR / "mail")
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND", default=f"django.core.mail.backends.{'console' if DEBUG else 'filebased'}.EmailBackend"
)

# Providers: a key found here makes the provider live; it is never copied into the database

PROVIDERS = ("OPENAI", "OPENROUTER", "ELEVENLABS", "GEMINI", "MISTRAL", "GROQ", "AZURE_OPENAI", "VERTEX")
ENDPOINTS = {"AZURE_OPENAI": env.str("AZURE_OPENAI_ENDPOINT", default="")}
"""Addresses under the names that a vendor's own programs read."""

PROVIDER_ENVIRONMENT = {
    name: {
        "api_key": read_provider_key(f"{name}_API_KEY"),
        "base_url": trimmed_value(
            f"{name}_BASE_URL", env.str(f"{name}_BASE_URL", default=ENDPOINTS.get(name, ""))
        ),
    }
    for name in PROVIDERS
}
PROVIDER_ENVIRONMENT["AZURE_OPENAI"]["api_key"] = (
    PROVIDER_ENVIRONMENT["AZURE_OPENAI"]["api_key"] or azure_application()
)
TRIMMED_VARIABLES = tuple(trimmed)

# Languages

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "core" / "locale"]
USE_I18N = USE_TZ = True
FORMAT_MODULE_PATH = "core.locale"
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# Files

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR / "media"))
MODELS_ROOT = env.str("MODELS_ROOT", default=str(VAR / "models"))
"""Weights of the embedded models, which `install_model` fetches."""

POLYPHONY_MODELS = env.list("POLYPHONY_MODELS", default=["whisper-base"])
"""The weights that a start fetches where they are not here yet; empty for none."""

MODELS_SOURCE = env.str("MODELS_SOURCE", default="")
HF_ENDPOINT = env.str("HF_ENDPOINT", default="https://huggingface.co")

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.static_files.ModuleStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False  # other origins need nothing of ours
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Logs: names, numbers and durations; bodies and keys never

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
    "filters": {"already_logged": {"()": "core.logs.AlreadyLogged"}},
    "loggers": {
        "polyphony": {"level": env.str("LOG_LEVEL", default="INFO")},
        "django.request": {"filters": ["already_logged"]},
        "daphne.server": {"filters": ["already_logged"]},
        "uvicorn.error": {"filters": ["already_logged"]},
    },
}
