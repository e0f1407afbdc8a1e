"""What a first visit is counted to fetch."""

from __future__ import annotations

from tests.bench.visits import _links


def test_a_page_fetches_its_styles_scripts_pictures_and_one_icon():
    html = """<link rel="stylesheet" href="/a.css"><link rel="icon" href="/i.svg"><link rel="icon" href="/i.png">
    <link rel="canonical" href="/x"><script src="/a.js"></script><img src="/p.webp"><a href="/y">y</a>"""
    assert list(_links("text/html", html)) == ["/a.css", "/i.svg", "/a.js", "/p.webp"]


def test_a_style_sheet_fetches_what_it_imports_and_shows():
    css = '@import "b.css"; @import url("c.css"); a { background: url(d.svg) }'
    assert list(_links("text/css", css)) == ["b.css", "c.css", "d.svg"]


def test_a_script_fetches_the_modules_that_it_imports():
    script = """import { a } from "./a.js"; import "./b.js"; const later = () => import("./c.js");"""
    assert list(_links("text/javascript", script)) == ["./a.js", "./b.js", "./c.js"]
