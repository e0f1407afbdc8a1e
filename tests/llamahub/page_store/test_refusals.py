"""What may be kept, case by case."""

import pytest

from llamahub.page_store.refusals import refusal
from models_catalog.views.base import Page

PLAIN, BY_ACCEPT = Page(), Page(by_accept=True)
KEPT = {"cache-control": "public, max-age=0", "content-type": "text/html; charset=utf-8", "vary": "Accept-Encoding"}


def response(status: int = 200, **changed: str | None) -> dict:
    headers = KEPT | {name.replace("_", "-"): value for name, value in changed.items()}
    return {"status": status, "headers": {name: value for name, value in headers.items() if value is not None}}


MAY_BE_KEPT = {
    "a page": response(),
    "without Vary": response(vary=None),
    "Vary in another case": response(vary="accept-ENCODING"),
    "Vary with blanks": response(vary="  Accept-Encoding ,"),
    "Cache-Control in another case": response(cache_control="Public, Max-Age=0"),
    "for caches of others as well": response(cache_control="public, max-age=0, s-maxage=5, stale-if-error=86400"),
    "a feed": response(content_type="application/atom+xml; charset=utf-8"),
    "a sitemap": response(content_type="application/xml"),
    "JSON": response(content_type="application/json"),
    "a text": response(content_type="text/plain"),
}
MAY_NOT = {
    **{f"status {status}": response(status) for status in (201, 204, 206, 301, 302, 304, 400, 403, 404, 405, 410, 429, 500, 503)},
    "a cookie": {**response(), "cookies": True},
    "a Set-Cookie header": response(set_cookie="a=b"),
    "streamed": {**response(), "streaming": True},
    "a part": response(content_range="bytes 0-1/2"),
    "packed already": response(content_encoding="gzip"),
    "asks who it is": response(www_authenticate="Basic"),
    "says who it was": response(authentication_info="x"),
    "no Cache-Control": response(cache_control=None),
    "an empty Cache-Control": response(cache_control=""),
    "only an age": response(cache_control="max-age=60"),
    "private": response(cache_control="private"),
    "Private": response(cache_control="Private, max-age=60"),
    "PRIVATE beside public": response(cache_control="public, PRIVATE"),
    "private for a header": response(cache_control='public, private="set-cookie"'),
    "no-store": response(cache_control="public, no-store"),
    "No-Store": response(cache_control="public,No-Store"),
    "no-cache": response(cache_control="public, no-cache"),
    "a directive of tomorrow": response(cache_control="public, keep-from-others"),
    "an old way to say no-cache": response(pragma="no-cache"),
    "Vary by everything": response(vary="*"),
    "Vary by everything, too": response(vary="Accept-Encoding, *"),
    "Vary by cookie": response(vary="Cookie"),
    "Vary by cookie, hidden in blanks": response(vary="Accept-Encoding,\tcOOkie "),
    "Vary by authorization": response(vary="Authorization"),
    "Vary by language": response(vary="Accept-Language"),
    "Vary by Accept where that is not declared": response(vary="Accept"),
    "Vary by host": response(vary="Host"),
    "a picture": response(content_type="image/png"),
    "a download": response(content_type="application/octet-stream"),
    "no type": response(content_type=None),
    "a parameter read in secret": {**response(), "undeclared": {"user"}},
}  # fmt: skip


def test_the_table_is_long_enough():
    assert len(MAY_BE_KEPT) + len(MAY_NOT) >= 40


@pytest.mark.parametrize("case", MAY_BE_KEPT)
def test_it_may_be_kept(case):
    assert refusal(PLAIN, **MAY_BE_KEPT[case]) is None


@pytest.mark.parametrize("case", MAY_NOT)
def test_it_may_not_be_kept(case):
    assert refusal(PLAIN, **MAY_NOT[case])


def test_a_view_that_declares_nothing_is_never_kept():
    assert refusal(None, **response())


def test_a_page_by_accept_may_say_so():
    assert refusal(BY_ACCEPT, **response(vary="Accept, Accept-Encoding")) is None


def test_the_reason_names_what_is_wrong():
    assert refusal(PLAIN, **response(cache_control="Private")) == "Cache-Control says private"
    assert refusal(PLAIN, **response(vary="Cookie")) == "it varies by cookie"
