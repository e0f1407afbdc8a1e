"""The project's settings.

The environment is read in the first part and nowhere else; README.md lists the variables. What is plainly wrong stops
the start here, in one sentence; what needs a second look (hosts, passwords, origins) is judged in `checks`.
"""

from datetime import timedelta

import environ
from django.core.exceptions import ImproperlyConfigured

from . import cdn
from .environment import (
    ROOT,
    cache,
    data_dir,
    database,
    media_store,
    megabytes,
    networks,
    port,
    replica,
    secret_key,
)

BASE_DIR = ROOT

# --- The environment -------------------------------------------------------------------------------------------------

# Also reads SECRET_KEY_FILE, DATABASE_URL_FILE and so on, as container platforms hand out secrets.
env = environ.FileAwareEnv()

# Errors shown in the browser, plain logs, static files straight from the source. Never on a public address.
DEBUG = env.bool("DEBUG", default=False)
# On this machine only, as `make run` does it: plain HTTP, a secret of its own, no other hosts than loopback.
LOCAL = env.bool("LLAMAHUB_LOCAL", default=DEBUG)
PORT = port(env.str("PORT", default="8000"))
# Everything that the site writes: database, media, collected static files, the local secret.
DATA_DIR = data_dir(env.str("DATA_DIR", default=str(BASE_DIR / "var")))
# Where the site keeps its exports. Better on another disk; never where the web server looks.
BACKUP_DIR = data_dir(env.str("BACKUP_DIR", default=str(DATA_DIR / "backups")), "BACKUP_DIR")
SECRET_KEY = secret_key(env.ENVIRON, keep_in=DATA_DIR / "secret_key" if LOCAL else None)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if LOCAL else [])
if not ALLOWED_HOSTS:
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS is not set: name the site's host names in it, separated by commas, "
        "for example ALLOWED_HOSTS=llamahub.example."
    )
# The origin in canonical links, feeds and the sitemap.
SITE_URL = env.str(
    "SITE_URL", default=f"http://127.0.0.1:{PORT}" if LOCAL else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")
# Origins besides the site's own from which forms may come: needed when the proxy does not pass the Host on.
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Believe the proxy's X-Forwarded-Proto. Only behind one that sets it itself: clients could send it otherwise.
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
# The proxies whose X-Forwarded-For is believed, as addresses or networks: without them, all visitors that come through
# a proxy count as one when wrong passwords are counted.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES", env.list("TRUSTED_PROXIES", default=[]))
DATABASE_URL = env.str("DATABASE_URL", default="")
# A streaming replica of that database, from which pages for everybody are read. Editors always see the primary.
DATABASE_REPLICA_URL = env.str("DATABASE_REPLICA_URL", default="")
# Pictures in a store that speaks S3 instead of in DATA_DIR, so that several machines have the same.
MEDIA_STORE_URL = env.str("MEDIA_STORE_URL", default="")
CACHE_URL = env.str("CACHE_URL", default="locmemcache://")
# A network in front (CDN) that keeps copies of pages, and is told to forget them when the content changes.
PURGE_HOOK = cdn.hook(env.str("PURGE_URL", default=""))
# What each process may keep of ready pages. A template that is being worked on is never kept.
PAGE_STORE_BYTES = 0 if DEBUG else 1024 * 1024 * megabytes("PAGE_STORE_MB", env.str("PAGE_STORE_MB", default="64"))
# And of pages with what the database answered when they were made: while it answers the same, they are not laid out again.
ANSWERS_BYTES = 0 if DEBUG else 1024 * 1024 * megabytes("ANSWERS_MB", env.str("ANSWERS_MB", default="32"))

# --- The application -------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "llamahub.apps.LlamaHubConfig",
    "llamahub.accounts.apps.AccountsConfig",
    "llamahub.backup.apps.BackupConfig",
    "llamahub.desk.apps.DeskConfig",
    "llamahub.page_store.apps.PageStoreConfig",
    "editorial.apps.EditorialConfig",
    "models_catalog.apps.ModelsCatalogConfig",
    "llamahub.apps.HubAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.redirects",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
]
SITE_ID = 1
MIDDLEWARE = [
    # Outermost, so that what the layers below refuse is logged and carries the headers too.
    "llamahub.logs.RequestLogMiddleware",
    "llamahub.security.SecurityHeadersMiddleware",
    "llamahub.errors.ErrorPagesMiddleware",
    "llamahub.edge.EdgeMiddleware",
    # Pages shrink to an eighth. Safe with forms: Django masks its tokens and pads compressed answers.
    "django.middleware.gzip.GZipMiddleware",
    # A page that has not changed since the reader's last visit is not sent again.
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "llamahub.zones.SiteZoneMiddleware",
    # It answers what no URL did.
    "llamahub.redirects.RedirectMiddleware",
    # Innermost: around the view of a page that is to be kept.
    "llamahub.page_store.snapshot.SnapshotMiddleware",
]
ROOT_URLCONF = "llamahub.urls"
WSGI_APPLICATION = "llamahub.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "llamahub.templates.Templates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "editorial.context.site",
            ]
        },
    }
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
# One language: nothing asks for each date and each address which one it is.
USE_I18N = False
USE_TZ = True
# Where no page is being written. The zone of the site is a hub setting, that of an editor is theirs: see `zones`.
TIME_ZONE = "UTC"

# --- Data ------------------------------------------------------------------------------------------------------------

DATABASES = {"default": database(DATABASE_URL, DATA_DIR), **replica(DATABASE_REPLICA_URL, DATABASE_URL)}
DATABASE_ROUTERS = ["llamahub.replica.router.Router"]
CACHES = {"default": cache(CACHE_URL)}
STORAGES = {
    "default": media_store(MEDIA_STORE_URL),
    "staticfiles": {"BACKEND": "llamahub.static_files.StaticFiles"},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no web fonts and no content delivery network: nobody else needs our files
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_PERMISSIONS = 0o644
# Django limits what is typed into a form, not what is attached to it: this does, for everybody. Pictures have a limit
# of their own, below this one, so that a form can say what to do.
FILE_UPLOAD_HANDLERS = [
    "llamahub.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILES_MAX_SIZE = 32 * 1024 * 1024
# One megabyte of Markdown, every character of which may take three bytes and be percent-encoded, and some room.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
# A license's grid of rules has a row for every use case, and a release's page one for every checkpoint and citation.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000

# --- Security --------------------------------------------------------------------------------------------------------

# In the form of the setting that Django 6.0 brings, so that the upgrade deletes our code for it. The same for every
# page, so that any page can be stored; nothing inline anywhere, so that it needs neither nonces nor exceptions.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "manifest-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# What a page of ours never asks the browser for.
PERMISSIONS_POLICY = (
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=(), browsing-topics=()"
)
# Public sites speak HTTPS only: there is no switch to turn this off.
SECURE_SSL_REDIRECT = not LOCAL
SECURE_HSTS_SECONDS = 0 if LOCAL else 2 * 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
# With __Host- the browser itself refuses the cookie from a subdomain, another path or plain HTTP.
SESSION_COOKIE_NAME = "sessionid" if LOCAL else "__Host-sessionid"
CSRF_COOKIE_NAME = "csrftoken" if LOCAL else "__Host-csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# Says that this browser has signed in before, so that strangers who guess cannot keep its owner out. Signs nobody in.
DEVICE_COOKIE_NAME = "device" if LOCAL else "__Host-device"
SESSION_ENGINE = "llamahub.accounts.sessions"
# A working day with a long lunch; and a week, after which everyone signs in anew, however busy.
SESSION_IDLE_TIMEOUT = timedelta(hours=12)
SESSION_COOKIE_AGE = 7 * 24 * 60 * 60
CSRF_FAILURE_VIEW = "llamahub.errors.csrf_failure"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"

# --- Logs ------------------------------------------------------------------------------------------------------------

# To standard output, one JSON object a line: whatever runs the process collects and keeps them.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "llamahub.logs.JSONFormatter"},
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "plain" if DEBUG else "json",
        },
        "null": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {
        # Django's own handlers (console in debug mode, mail to administrators) are replaced by the one above.
        "django": {"handlers": [], "propagate": True},
        # The development server's access log repeats ours.
        "django.server": {"handlers": ["null"], "propagate": False},
        # Every 4xx has its line in the request log.
        "django.request": {"level": "ERROR"},
        # Scanners that try other host names are not errors of ours.
        "django.security.DisallowedHost": {"handlers": ["null"], "propagate": False},
    },
}
