"""What every response carries, whatever became of the request."""

import json
import logging

import psycopg
import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse, HttpResponseGone, HttpResponseNotAllowed
from django.test import Client
from django.urls import include, path

from editorial.pictures.stores import StoreAway
from llamahub.errors import PAGES, error_page
from llamahub.logs import JSONFormatter, request_id
from llamahub.urls import handler400, handler403, handler404, handler500  # noqa: F401 - this module stands in for it

pytestmark = pytest.mark.django_db

HEADERS = {
    "Content-Security-Policy",
    "Permissions-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "X-Request-ID",
}


def raising(error):
    def view(request):
        raise error

    return view


FAILING = {
    "broken": (raising(RuntimeError("the secret is kept in the cellar")), 500),
    "away": (raising(OperationalError("server closed the connection to 10.1.2.3")), 503),
    "cut-off": (raising(InterfaceError("connection already closed")), 503),
    "forbidden": (raising(PermissionDenied("only for Ada")), 403),
    "too-big": (raising(RequestDataTooBig("too big")), 413),
    "gone": (lambda request: HttpResponseGone(), 410),
    "read-only": (lambda request: HttpResponseNotAllowed(["GET"]), 405),
    "too-often": (lambda request: HttpResponse(status=429), 429),
}
urlpatterns = [
    *(path(f"fails/{name}/", view) for name, (view, status) in FAILING.items()),
    path("", include("llamahub.urls")),
]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def picture(uploads) -> str:
    return default_storage.save("images/a.svg", ContentFile(b"<svg xmlns='http://www.w3.org/2000/svg'/>"))


SHAPES = [
    "/",
    "/models/",
    "/admin/",
    "/admin/login/",
    "/no/such/page/",
    "/no-slash",
    "/static/admin/css/base.css",
    "/static/no.css",
    "/media/images/a.svg",
    "/media/none.png",
    "/media/../settings.py",
    "/?q=%00",
    "/%00/",
    "/%ff/",
]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "TRACE", "QUERY"])
@pytest.mark.parametrize("url", SHAPES)
def test_every_response_has_every_header(visitor, picture, method, url):
    response = visitor.generic(method, url)
    assert response.status_code < 500
    assert response.headers.keys() >= {name.lower() for name in HEADERS} or not HEADERS - set(response.headers)
    assert response["X-Content-Type-Options"] == "nosniff"
    policy = response["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "nonce" not in policy


def test_hosts_that_are_not_ours_get_a_page_without_their_name(visitor):
    response = visitor.get("/", headers={"host": "evil.example"})
    assert response.status_code == 400
    assert set(response.headers) >= HEADERS
    assert b"evil" not in response.content


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "FOO"])
def test_foreign_methods_are_not_allowed(visitor, method):
    response = visitor.generic(method, "/models/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert b"Error 405" in response.content


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", FAILING)
def test_what_fails_gets_a_page_of_its_own_without_detail(visitor, name, django_assert_num_queries):
    status = FAILING[name][1]
    with django_assert_num_queries(0):
        response = visitor.get(f"/fails/{name}/")
    assert response.status_code == status
    text = response.content.decode()
    assert f"Error {status}" in text
    assert response["X-Request-ID"] in text
    assert response["Cache-Control"] == "no-store"
    assert set(response.headers) >= HEADERS
    assert not response.cookies
    for detail in ("cellar", "10.1.2.3", "connection", "Ada", "Traceback", "Error at", "Django"):
        assert detail not in text
    assert ("Retry-After" in response.headers) == (status in {429, 503})


def failed(said: str, code: type[psycopg.Error] = psycopg.OperationalError) -> OperationalError:
    """As Django raises what psycopg has raised."""
    error = OperationalError(said)
    error.__cause__ = code(said)
    return error


OUTAGES = {
    "refused": (failed("connection failed: Connection refused\n\tIs the server running?"), "The database"),
    "full": (failed("connection failed: too many clients", psycopg.errors.TooManyConnections), "The database"),
    "ended": (failed("terminating connection", psycopg.errors.AdminShutdown), "The database"),
    "said by us": (OperationalError("The database is away."), "The database"),
    "cut off": (InterfaceError("connection already closed"), "The database"),
    "store": (StoreAway("bucket: timed out"), "The store of pictures"),
}
FAULTS = {
    "a query takes too long": failed("canceling statement", psycopg.errors.QueryCanceled),
    "a lock is not given": failed("canceling statement", psycopg.errors.LockNotAvailable),
    "each waits for the other": failed("deadlock detected", psycopg.errors.DeadlockDetected),
    "a cursor is used after its end": InterfaceError("cursor already closed"),
    "a mistake": RuntimeError("the secret is kept in the cellar"),
}
urlpatterns += [
    path(f"outage/{name}/", raising(error))
    for name, error in {**{name: error for name, (error, _) in OUTAGES.items()}, **FAULTS}.items()
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", OUTAGES)
def test_what_does_not_answer_is_named_in_one_line_without_a_traceback(visitor, caplog, name):
    error, what = OUTAGES[name]
    assert visitor.get(f"/outage/{name}/").status_code == 503
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.levelname == "WARNING"
    assert not record.exc_info
    assert record.getMessage() == f"{what} does not answer: {str(error).partition(chr(10))[0]}"


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("name", FAULTS)
def test_what_is_nobodys_outage_is_logged_with_its_traceback(visitor, caplog, name):
    assert visitor.get(f"/outage/{name}/").status_code >= 500
    [record] = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.levelname == "ERROR"
    assert record.exc_info


@pytest.mark.parametrize("status", sorted(PAGES))
def test_every_error_page_stands_without_a_database(status, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = error_page(status)
    assert f"Error {status}" in page.content.decode()


def test_an_error_page_that_fails_is_still_an_answer(settings):
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": []}]
    response = error_page(404)
    assert response.status_code == 404
    assert b"Not Found" in response.content


def test_a_form_without_its_token_is_refused():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a"})
    assert response.status_code == 403
    assert b"could not be verified" in response.content


def test_a_form_that_is_too_large_is_refused(visitor, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert visitor.post("/admin/login/", {"username": "a" * 200}).status_code == 413


def test_uploads_run_nothing(visitor, picture):
    response = visitor.get("/media/" + picture)
    assert response.status_code == 200
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert response["Content-Disposition"].startswith("attachment")
    seen = visitor.get("/media/" + picture, headers={"if-modified-since": response["Last-Modified"]})
    assert seen.status_code == 304


def test_static_files_are_for_our_pages_alone(visitor):
    response = visitor.get("/static/admin/css/base.css")
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_a_request_is_logged_as_one_json_object_without_its_query(visitor, caplog):
    with caplog.at_level(logging.INFO, "llamahub.requests"):
        response = visitor.get("/no/such/page/?token=hunter2", headers={"x-request-id": "forged"})
    [record] = [record for record in caplog.records if record.name == "llamahub.requests"]
    line = JSONFormatter().format(record)
    entry = json.loads(line)
    assert "\n" not in line
    assert entry["status"] == 404
    assert entry["method"] == "GET"
    assert entry["path"] == "/no/such/page/"
    assert "hunter2" not in line
    assert response["X-Request-ID"] not in {"", "forged"}


def test_log_lines_name_their_request_and_keep_the_traceback_on_one_line():
    token = request_id.set("0123")
    try:
        raise ValueError("line\nbreak")
    except ValueError as error:
        record = logging.LogRecord(
            "a", logging.ERROR, "", 0, "failed\n%s", ("x",), (ValueError, error, error.__traceback__)
        )
    line = JSONFormatter().format(record)
    request_id.reset(token)
    assert "\n" not in line
    assert json.loads(line)["request_id"] == "0123"
    assert "ValueError" in json.loads(line)["exception"]
