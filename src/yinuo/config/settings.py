"""Django's settings; everything an operator may choose comes in through `YINUO_*` variables, or `yinuo.env` in the data
folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from yinuo.deploy import database, embedded, envfile, packs, paths, secret
from yinuo.deploy.logs import logging_config

YINUO_DATA = paths.default_home()
envfile.load(YINUO_DATA)
DEBUG = os.environ.get("YINUO_DEBUG") == "1"
SOURCE = Path(__file__).resolve().parents[1]
SECRET_KEY = secret.read(YINUO_DATA)

# ── where it is reached ────────────────────────────────────────────────────────────────
YINUO_ORIGIN = os.environ.get("YINUO_ORIGIN", "http://localhost:8000").rstrip("/")
_secure = YINUO_ORIGIN.startswith("https://")
_host = YINUO_ORIGIN.split("://", 1)[-1].rsplit(":", 1)[0]
ALLOWED_HOSTS = [*{_host, "localhost", "127.0.0.1", "[::1]"}, *os.environ.get("YINUO_HOSTS", "").split()]
CSRF_TRUSTED_ORIGINS = [YINUO_ORIGIN] if _secure else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _secure
SECURE_SSL_REDIRECT = _secure
# Asked from beside, not through the proxy.
SECURE_REDIRECT_EXEMPT = [r"^health$"]
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
# Only behind a proxy that overwrites the header: otherwise anybody could claim to have come by HTTPS.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("YINUO_BEHIND_PROXY") == "1" else None
# Whoever knocks too often is known by the address the proxy has seen; without one, by the connection's.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if os.environ.get("YINUO_BEHIND_PROXY") == "1" else 0
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "yinuo_session"
ROOT_URLCONF = "yinuo.config.urls"
WSGI_APPLICATION = "yinuo.deploy.wsgi.application"

# ── what it consists of ────────────────────────────────────────────────────────────────
ENGINE = ["trail", "people", "infochain", "work", "documents", "notices", "feeds", "catalogue"]
# Low to high; each brings its face (`faces/`), where it has one.
ROOMS = [
    *("accounts", "credit", "projects", "onemap", "commitments", "reviews", "grants", "window"),
    *("mock", "deficient", "regional", "land", "agency", "inspections", "oversight", "halls", "figures", "reform"),
]
OWN_APPS = [*ENGINE, *ROOMS]


def _home(part: str) -> str:
    return f"yinuo.{'engine' if part in ENGINE else 'rooms'}.{part}"


def _provider(variable: str, default: str) -> str:
    """The dotted path an operator has set; in 0.9.0 our own began with `yinuo.apps`."""
    path = os.environ.get(variable, default)
    part, _, rest = path.removeprefix("yinuo.apps.").partition(".")
    return f"{_home(part)}.{rest}" if path.startswith("yinuo.apps.") else path


INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    *(_home(part) for part in OWN_APPS),
    "yinuo.ui",
    "yinuo.deploy.checks.ConfigChecks",
    # Last: it collects the tasks of the rooms above when it is ready.
    "procrastinate.contrib.django",
]
MIDDLEWARE = [
    "yinuo.config.middleware.RequestLog",
    "yinuo.config.failing.JsonErrors",
    "django.middleware.security.SecurityMiddleware",
    "yinuo.config.middleware.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "yinuo.config.middleware.Session",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "yinuo.config.middleware.Authentication",
    "yinuo.config.middleware.Messages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "yinuo.ui.handling.RefusalPages",
]
AUTH_USER_MODEL = "people.Person"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "ui" / "templates", SOURCE / "site" / "templates", *sorted(SOURCE.glob("faces/*/templates"))],
        "APP_DIRS": True,
        "OPTIONS": {
            # A face's own tags are loaded by its name.
            "libraries": {
                file.parent.name: f"yinuo.faces.{file.parent.name}.tags"
                for file in sorted(SOURCE.glob("faces/*/tags.py"))
            },
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "yinuo.site.frame.frame",
            ],
        },
    }
]

# ── data ───────────────────────────────────────────────────────────────────────────────
_embedded = embedded.Server(YINUO_DATA)
DATABASES = {
    # The application's role owns nothing; the owner migrates and does nothing else.
    "default": database.settings_from_url(os.environ.get("YINUO_DATABASE_URL") or _embedded.url(embedded.APP)),
    "owner": database.settings_from_url(
        os.environ.get("YINUO_DATABASE_OWNER_URL")
        or os.environ.get("YINUO_DATABASE_URL")
        or _embedded.url(embedded.OWNER),
        lasting=False,
    ),
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
MEDIA_ROOT = YINUO_DATA / "files"
PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_IMPORT_PATHS = ["yinuo.config.tasks"]

# ── language and time ──────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
FIRST_DAY_OF_WEEK = 1

# ── static files ───────────────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
# The libraries the pages bring to the browser lie in its `vendor`, built by `make setup` and part of the wheel.
STATICFILES_DIRS = [SOURCE / "ui" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

# ── logging in ─────────────────────────────────────────────────────────────────────────
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/start/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "yinuo.config.accounts.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
SESSION_COOKIE_AGE = 30 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# An address nobody has gets no letter from us.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_FORMS = {"login": "yinuo.config.accounts.LoginForm"}
ACCOUNT_ADAPTER = "yinuo.config.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "yinuo.config.accounts.SocialAccountAdapter"
# So many wrong passwords for one name lock that name for so many minutes; twenty in a minute lock the address.
YINUO_LOGIN_TRIES, YINUO_LOGIN_LOCK_MINUTES = 5, 15
ACCOUNT_RATE_LIMITS = {
    "login_failed": f"20/m/ip,{YINUO_LOGIN_TRIES}/{YINUO_LOGIN_LOCK_MINUTES}m/key",
    "login": "60/m/ip",
}
MFA_TOTP_ISSUER = "一诺"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
SOCIALACCOUNT_ONLY = False
# A province's identity platform by OpenID Connect; off unless its address is given. YINUO_OIDC_CLAIMS: see
# rooms/accounts/province.py.
YINUO_OIDC_URL = os.environ.get("YINUO_OIDC_URL", "")
YINUO_OIDC_NAME = os.environ.get("YINUO_OIDC_NAME", "统一身份认证")
YINUO_OIDC_CLAIMS = os.environ.get("YINUO_OIDC_CLAIMS", "")
YINUO_OIDC_SCOPE = os.environ.get("YINUO_OIDC_SCOPE", "openid profile phone")
_province = {
    "provider_id": "province",
    "name": YINUO_OIDC_NAME,
    "client_id": os.environ.get("YINUO_OIDC_CLIENT_ID", ""),
    "secret": os.environ.get("YINUO_OIDC_CLIENT_SECRET", ""),
    "settings": {
        "server_url": YINUO_OIDC_URL,
        "uid_field": os.environ.get("YINUO_OIDC_SUBJECT", "sub"),
        "scope": YINUO_OIDC_SCOPE.split(),
    },
}
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"APPS": [_province] if YINUO_OIDC_URL else [], "OAUTH_PKCE_ENABLED": True}
}
# From a link at once to the platform: our pages may send forms to ourselves alone.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"

# ── limits of a request ────────────────────────────────────────────────────────────────
YINUO_UPLOAD_LIMIT = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_PERMISSIONS = 0o600

# ── the house ──────────────────────────────────────────────────────────────────────────
YINUO_DEMO = os.environ.get("YINUO_DEMO") == "1"
# A request may say which moment it is: for training and demonstration alone.
YINUO_TRAINING = os.environ.get("YINUO_TRAINING") == "1"
YINUO_TRAINING_TOKEN = secret.training_token(SECRET_KEY)
if YINUO_TRAINING:
    MIDDLEWARE.insert(0, "yinuo.deploy.training.TravellingClock")
YINUO_PACK = packs.chosen()
YINUO_PACK_DIR = packs.directory(YINUO_PACK)
# Role → who tells for which units its holders may act, and through what (see base.StandIn).
YINUO_STAND_INS = {"window": "yinuo.rooms.window.queries.stand_ins", "agent": "yinuo.rooms.agency.queries.stand_ins"}
YINUO_DISPATCH_TASK = "yinuo.config.tasks.dispatch"
# The information chain: who makes leaves, what an audit compares them with, and where the log's own key and lock file
# lie.
YINUO_CHAIN_SEALER = "yinuo.engine.infochain.sealing.seal"
YINUO_CHAIN_HOME = Path(os.environ.get("YINUO_CHAIN_HOME", YINUO_DATA / "chain"))
YINUO_CHAIN_ORIGIN = os.environ.get("YINUO_CHAIN_ORIGIN", f"{_host}/chain")
# Off unless asked for: a second tree over the same entries in SM3, signed with SM2 (ADR 9).
YINUO_CHAIN_TWIN = os.environ.get("YINUO_CHAIN_TWIN") == "1"
YINUO_CHAIN_TWIN_ORIGIN = os.environ.get("YINUO_CHAIN_TWIN_ORIGIN", f"{YINUO_CHAIN_ORIGIN}/sm3")
# Off unless an address is given: the log's head is also written to a contract on a chain that speaks Ethereum's
# JSON-RPC.
YINUO_ANCHOR_RPC = os.environ.get("YINUO_ANCHOR_RPC", "")
YINUO_ANCHOR_CONTRACT = os.environ.get("YINUO_ANCHOR_CONTRACT", "")
YINUO_ANCHOR_CHAIN_ID = int(os.environ.get("YINUO_ANCHOR_CHAIN_ID", "0"))
YINUO_ANCHOR_HOURS = int(os.environ.get("YINUO_ANCHOR_HOURS", "24"))
# Where the search for anchored heads begins: the block the contract came with.
YINUO_ANCHOR_FROM_BLOCK = int(os.environ.get("YINUO_ANCHOR_FROM_BLOCK", "0"))
YINUO_CHAIN_POLICY = Path(os.environ.get("YINUO_CHAIN_POLICY", YINUO_CHAIN_HOME / "policy"))
YINUO_PROJECT_LOCK = "yinuo.rooms.projects.actions.lock"
YINUO_HALL_OF_UNIT = "yinuo.rooms.projects.queries.hall_of_unit"
# An API key's person is told so many days before it expires.
YINUO_KEY_NOTICE_DAYS = int(os.environ.get("YINUO_KEY_NOTICE_DAYS", "14"))
# The answer to a repeated request is kept so many days; a key sent again later is a new request.
YINUO_IDEMPOTENCY_DAYS = int(os.environ.get("YINUO_IDEMPOTENCY_DAYS", "30"))
YINUO_CODE_PROVIDER = _provider("YINUO_CODE_PROVIDER", "yinuo.rooms.projects.codes.LocalProvider")
YINUO_CODE_URL = os.environ.get("YINUO_CODE_URL", "")
YINUO_CODE_TOKEN = os.environ.get("YINUO_CODE_TOKEN", "")
YINUO_SIGNING_PROVIDER = _provider("YINUO_SIGNING_PROVIDER", "yinuo.engine.documents.development_ca.DevelopmentCA")
YINUO_SIGNING_OPTIONS: dict[str, Any] = (
    {"directory": YINUO_DATA / "ca"} if YINUO_SIGNING_PROVIDER.endswith("DevelopmentCA") else {}
)
# Where the public credit platform takes batches in; empty: it reads the feed /api/v1/credit/public by itself.
YINUO_CREDIT_PLATFORM_URL = os.environ.get("YINUO_CREDIT_PLATFORM_URL", "")
YINUO_CREDIT_PLATFORM_TOKEN = os.environ.get("YINUO_CREDIT_PLATFORM_TOKEN", "")
# A class with `send(message)`; empty: the HTTP gateway at YINUO_SMS_URL.
YINUO_SMS_PROVIDER = _provider("YINUO_SMS_PROVIDER", "")
YINUO_SMS_URL = os.environ.get("YINUO_SMS_URL", "")
YINUO_SMS_TOKEN = os.environ.get("YINUO_SMS_TOKEN", "")

# Who names a mail server means it to be used; without one mail goes to the log.
_backend = "smtp" if os.environ.get("YINUO_SMTP_HOST") else "console"
EMAIL_BACKEND = os.environ.get("YINUO_EMAIL_BACKEND", f"django.core.mail.backends.{_backend}.EmailBackend")
EMAIL_HOST = os.environ.get("YINUO_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("YINUO_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("YINUO_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("YINUO_SMTP_PASSWORD", "")
# "1": plain at first, then STARTTLS; "ssl": encrypted from the first byte, as on port 465.
EMAIL_USE_TLS = os.environ.get("YINUO_SMTP_TLS") == "1"
EMAIL_USE_SSL = os.environ.get("YINUO_SMTP_TLS") == "ssl"
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("YINUO_MAIL_FROM", "yinuo@localhost")

LOGGING_CONFIG = None
logging_config(json=os.environ.get("YINUO_LOG", "plain") == "json", level=os.environ.get("YINUO_LOG_LEVEL", "INFO"))
