"""An editor's browser: cookies, forms with all their fields, and the headers by which the hub knows its own pages."""

from __future__ import annotations

import http.client
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from .nodes import HOST


class Form(HTMLParser):
    """The fields of the form with an id, as a browser would send them."""

    def __init__(self, id: str, html: str) -> None:
        super().__init__()
        self.id, self.fields = id, list[tuple[str, str]]()
        self._inside = False
        self._textarea: str | None = None
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._multiple = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        has = dict(attributes)
        if tag == "form":
            self._inside = has.get("id") == self.id
        name = has.get("name") or ""
        if not self._inside or "disabled" in has:
            return
        if tag == "input" and name:
            kind = has.get("type", "text")
            is_sent = (
                "checked" in has if kind in {"checkbox", "radio"} else kind not in {"submit", "button", "file", "reset"}
            )
            if is_sent:
                self.fields.append((name, has.get("value") or ("on" if kind == "checkbox" else "")))
        elif tag == "textarea" and name:
            self._textarea = name
            self.fields.append((name, ""))
        elif tag == "select" and name:
            self._select, self._options, self._multiple = name, [], "multiple" in has
        elif tag == "option" and self._select:
            self._options.append((has.get("value") or "", "selected" in has))

    def handle_data(self, data: str) -> None:
        if self._textarea:
            name, text = self.fields[-1]
            self.fields[-1] = (name, text + data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            name, text = self.fields[-1]
            self.fields[-1] = (name, text.removeprefix("\r").removeprefix("\n"))
            self._textarea = None
        elif tag == "select" and self._select:
            chosen = [value for value, is_selected in self._options if is_selected]
            if not chosen and self._options and not self._multiple:
                chosen = [self._options[0][0]]
            self.fields += [(self._select, value) for value in chosen]
            self._select = None
        elif tag == "form":
            self._inside = False


class Answer:
    def __init__(self, status: int, location: str, text: str) -> None:
        self.status, self.location, self.text = status, location, text


class Browser:
    def __init__(self, port: int, timeout: float = 10) -> None:
        self.port, self.timeout = port, timeout
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Answer:
        return self._ask("POST", path, urlencode(fields).encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        headers = {
            "Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}{path}", "Accept": "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"https://{HOST}"}
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            location = urlsplit(response.headers.get("Location", ""))
            return Answer(response.status, location.path, text)
        finally:
            connection.close()

    def sign_in(self, name: str, password: str) -> None:
        page = self.get("/admin/login/")
        form = [field for field in Form("login-form", page.text).fields if field[0] not in {"username", "password"}]
        answer = self.post("/admin/login/", [*form, ("username", name), ("password", password)])
        if answer.status != 302:
            raise RuntimeError(f"The editor cannot sign in: {answer.status}.")
