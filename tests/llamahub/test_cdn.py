"""The networks that people use, each asked in its own way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from llamahub import cdn
from llamahub.cdn import PurgeFailed, hook

TAGS = ["content", "release-llama-4-scout"]
SECRET = "s3cr3t-T0ken"


def test_fastly_gets_the_tags_in_a_header(fake_cdn):
    replace(hook(f"fastly://{SECRET}@SU1Z0isxPaozGVKXdv0eY"), origin=fake_cdn.origin).purge(TAGS)
    [purge] = fake_cdn.purges
    assert (purge.method, purge.path) == ("POST", "/service/SU1Z0isxPaozGVKXdv0eY/purge")
    assert purge.headers["fastly-key"] == SECRET
    assert purge.headers["surrogate-key"] == "content release-llama-4-scout"


def test_cloudflare_gets_the_tags_as_json(fake_cdn):
    replace(hook(f"cloudflare://{SECRET}@023e105f4ecef8ad9ca31a8372d0c353"), origin=fake_cdn.origin).purge(TAGS)
    [purge] = fake_cdn.purges
    assert (purge.method, purge.path) == ("POST", "/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache")
    assert purge.headers["authorization"] == f"Bearer {SECRET}"
    assert json.loads(purge.body) == {"tags": TAGS}


def test_cloudflare_gets_no_more_tags_at_once_than_it_takes(fake_cdn):
    replace(hook(f"cloudflare://{SECRET}@023e"), origin=fake_cdn.origin).purge([f"t{n}" for n in range(65)])
    assert [len(json.loads(purge.body)["tags"]) for purge in fake_cdn.purges] == [30, 30, 5]


@pytest.mark.parametrize("body", [b'{"success": false}', b"", b"<html>", b"[]"])
def test_what_cloudflare_did_not_confirm_is_not_done(fake_cdn, body):
    fake_cdn.body = body
    with pytest.raises(PurgeFailed):
        replace(hook(f"cloudflare://{SECRET}@023e"), origin=fake_cdn.origin).purge(TAGS)


def test_every_varnish_is_told(fake_cdn):
    with_two = f"varnish://127.0.0.1:{fake_cdn.port},127.0.0.1:{fake_cdn.port}"
    hook(with_two).purge(TAGS)
    assert [(purge.method, purge.path) for purge in fake_cdn.purges] == [("PURGE", "/")] * 2
    assert fake_cdn.purges[0].headers["surrogate-key"] == "content release-llama-4-scout"
    fake_cdn.answers = [200, 405]
    with pytest.raises(PurgeFailed, match="405"):
        hook(with_two).purge(TAGS)


def test_any_other_hook_gets_json(fake_cdn):
    hook(f"http://ada:{SECRET}@127.0.0.1:{fake_cdn.port}/purge/?site=hub").purge(TAGS)
    [purge] = fake_cdn.purges
    assert (purge.method, purge.path) == ("POST", "/purge/?site=hub")
    assert purge.headers["authorization"].startswith("Basic ")
    assert json.loads(purge.body) == {"tags": TAGS}


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
def test_anything_but_a_success_is_a_failure(fake_cdn, status):
    fake_cdn.answers = [status]
    with pytest.raises(PurgeFailed, match=str(status)):
        hook(f"{fake_cdn.origin}/").purge(TAGS)


def test_a_network_that_does_not_answer_is_a_failure(fake_cdn, monkeypatch, free_port):
    with pytest.raises(PurgeFailed, match="does not answer"):
        hook(f"http://127.0.0.1:{free_port}/").purge(TAGS)
    monkeypatch.setattr(cdn, "TIMEOUT", 0.1)
    fake_cdn.delay = 1
    with pytest.raises(PurgeFailed, match="does not answer"):
        hook(f"{fake_cdn.origin}/").purge(TAGS)


@pytest.mark.parametrize(
    "url",
    [f"fastly://{SECRET}@SU1Z", f"cloudflare://{SECRET}@023e", f"https://u:{SECRET}@hook.example/{SECRET}?k={SECRET}"],
)
def test_no_secret_is_ever_printed(url, fake_cdn, free_port):
    found = hook(url)
    assert SECRET not in repr(found)
    for call in found.calls(TAGS):
        assert SECRET not in repr(call).replace(f"/{SECRET}?k={SECRET}", "")
    with pytest.raises(PurgeFailed) as failure:
        replace(found, origin=f"http://127.0.0.1:{free_port}").purge(TAGS)
    assert SECRET not in str(failure.value)
    assert failure.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "fastly://SU1Z",
        "fastly://@SU1Z",
        f"fastly://{SECRET}@",
        f"fastly://{SECRET}@SU1Z/extra",
        f"cloudflare://{SECRET}@02../3e",
        "varnish://",
        "varnish://cache:port",
        "varnish://a,,b",
        "https://",
        "https://hook:99999/",
        "http://[::1/",
        f"akamai://{SECRET}@x",
        SECRET,
        "https://hook.example/\r\nX: y",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_repeating_it(url):
    with pytest.raises(ImproperlyConfigured, match="PURGE_URL") as refusal:
        hook(url)
    assert SECRET not in str(refusal.value)


def test_without_an_address_there_is_no_hook():
    assert hook("") is None


def test_pages_can_be_purged_by_hand(fake_cdn, settings, capsys):
    settings.PURGE_HOOK = hook(f"{fake_cdn.origin}/")
    call_command("purge_cdn")
    call_command("purge_cdn", *TAGS)
    assert [json.loads(purge.body)["tags"] for purge in fake_cdn.purges] == [["content"], TAGS]
    assert "Purged: content" in capsys.readouterr().out


def test_by_hand_it_is_said_what_went_wrong(fake_cdn, settings):
    with pytest.raises(CommandError, match="PURGE_URL is not set"):
        call_command("purge_cdn")
    settings.PURGE_HOOK = hook(f"{fake_cdn.origin}/")
    with pytest.raises(CommandError, match="is no tag"):
        call_command("purge_cdn", "content\r\nX: y")
    fake_cdn.answers = [403]
    with pytest.raises(CommandError, match="403"):
        call_command("purge_cdn")
