"""A site that is wrongly configured does not start, and says in one sentence which variable to set."""

import os
import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT, SECRET

# What is changed in a sound production environment → the variable that the refusal names. None takes a variable away.
BAD = {
    "no secret": ({"SECRET_KEY": None}, "SECRET_KEY"),
    "empty secret": ({"SECRET_KEY": ""}, "SECRET_KEY"),
    "short secret": ({"SECRET_KEY": SECRET[:49]}, "SECRET_KEY"),
    "Django's default secret": ({"SECRET_KEY": "django-insecure-" + SECRET}, "SECRET_KEY"),
    "secret that is no secret": ({"SECRET_KEY": "x" * 60}, "SECRET_KEY"),
    "secret file that is not there": ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE"),
    "no hosts": ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
    "any host": ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    "one host and any other": ({"ALLOWED_HOSTS": "llamahub.example,*"}, "ALLOWED_HOSTS"),
    "debug on a public host": ({"DEBUG": "1"}, "DEBUG"),
    "debug without the local switch": ({"DEBUG": "1", "LLAMAHUB_LOCAL": "0"}, "DEBUG"),
    "local on a public host": ({"LLAMAHUB_LOCAL": "1"}, "LLAMAHUB_LOCAL"),
    "links without HTTPS": ({"SITE_URL": "http://llamahub.example"}, "SITE_URL"),
    "links to another host": ({"SITE_URL": "https://elsewhere.example"}, "SITE_URL"),
    "forms from anywhere": ({"CSRF_TRUSTED_ORIGINS": "https://*"}, "CSRF_TRUSTED_ORIGINS"),
    "forms from subdomains": ({"CSRF_TRUSTED_ORIGINS": "https://*.llamahub.example"}, "CSRF_TRUSTED_ORIGINS"),
    "forms without HTTPS": ({"CSRF_TRUSTED_ORIGINS": "http://llamahub.example"}, "CSRF_TRUSTED_ORIGINS"),
    "default database password": ({"DATABASE_URL": "postgres://hub:postgres@db/llamahub"}, "DATABASE_URL"),
    "user name as password": ({"DATABASE_URL": "postgres://hub:hub@db/llamahub"}, "DATABASE_URL"),
    "another database": ({"DATABASE_URL": "sqlite:///hub.sqlite3"}, "DATABASE_URL"),
    "database without a name": ({"DATABASE_URL": "postgres://hub:f4Kw0aTz@db"}, "DATABASE_URL"),
    "database on no port": ({"DATABASE_URL": "postgres://hub:f4Kw0aTz@db:port/llamahub"}, "DATABASE_URL"),
    "replica of another kind": ({"DATABASE_REPLICA_URL": "mysql://hub:f4Kw0aTz@db2/llamahub"}, "DATABASE_REPLICA_URL"),
    "replica without a name": ({"DATABASE_REPLICA_URL": "postgres://hub:f4Kw0aTz@db2"}, "DATABASE_REPLICA_URL"),
    "replica with a default password": (
        {"DATABASE_REPLICA_URL": "postgres://hub:postgres@db2/llamahub"},
        "DATABASE_REPLICA_URL",
    ),
    "replica of no database": (
        {"DATABASE_URL": None, "DATABASE_REPLICA_URL": "postgres://hub:f4Kw0aTz@db2/llamahub"},
        "DATABASE_REPLICA_URL",
    ),
    "store of another kind": ({"MEDIA_STORE_URL": "gs://key:f4Kw0aTz@bucket"}, "MEDIA_STORE_URL"),
    "store with half a key": ({"MEDIA_STORE_URL": "s3://key@bucket"}, "MEDIA_STORE_URL"),
    "store at no address": ({"MEDIA_STORE_URL": "s3://key:f4Kw0aTz@bucket?endpoint=minio"}, "MEDIA_STORE_URL"),
    "store with a wish that is none": ({"MEDIA_STORE_URL": "s3://key:f4Kw0aTz@bucket?zone=1"}, "MEDIA_STORE_URL"),
    "unknown cache": ({"CACHE_URL": "carrier-pigeon://loft"}, "CACHE_URL"),
    "cache on no port": ({"CACHE_URL": "redis://:f4Kw0aTz@cache:port/0"}, "CACHE_URL"),
    "unknown CDN": ({"PURGE_URL": "carrier-pigeon://f4Kw0aTz@loft"}, "PURGE_URL"),
    "CDN without a token": ({"PURGE_URL": "fastly://SU1Z"}, "PURGE_URL"),
    "media inside static files": ({"DATA_DIR": str(ROOT / "static" / "data")}, "DATA_DIR"),
    "exports among the code": ({"BACKUP_DIR": str(ROOT / "templates" / "exports")}, "BACKUP_DIR"),
    "exports among uploads": ({"DATA_DIR": "/var/lib/hub", "BACKUP_DIR": "/var/lib/hub/media/x"}, "BACKUP_DIR"),
    "exports among static files": ({"DATA_DIR": "/var/lib/hub", "BACKUP_DIR": "/var/lib/hub/static"}, "BACKUP_DIR"),
    "proxy without a number": ({"TRUSTED_PROXIES": "127.0.0.1,nginx"}, "TRUSTED_PROXIES"),
    "network with a host in it": ({"TRUSTED_PROXIES": "10.0.0.5/8"}, "TRUSTED_PROXIES"),
    "no number as port": ({"PORT": "http"}, "PORT"),
    "no number of megabytes": ({"PAGE_STORE_MB": "much"}, "PAGE_STORE_MB"),
    "no number of megabytes of answers": ({"ANSWERS_MB": "-1"}, "ANSWERS_MB"),
    "port beyond the last": ({"PORT": "65536"}, "PORT"),
}


def changed(env: dict[str, str], change: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in {**env, **change}.items() if value is not None}


@pytest.mark.parametrize(("change", "variable"), BAD.values(), ids=BAD)
def test_a_bad_environment_is_refused_by_name(manage, production, change, variable):
    result = manage("check", env=changed(production, change))
    assert result.returncode != 0
    assert variable in result.stderr
    assert "Traceback" not in result.stderr
    for secret in (SECRET, "f4Kw0aTz"):
        assert secret not in result.stderr


@pytest.mark.parametrize("name", ["no secret", "no hosts", "any host", "default database password"])
def test_the_server_does_not_start_either(production, free_port, name):
    change, variable = BAD[name]
    result = subprocess.run(
        [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(free_port), "llamahub.wsgi:application"],
        cwd=ROOT,
        env=changed(production, change),
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode != 0
    assert variable in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_without_any_environment_nothing_starts(manage):
    result = manage("check", env={"PATH": os.environ["PATH"]})
    assert result.returncode == 1
    assert result.stderr.startswith("LlamaHub cannot start: SECRET_KEY is not set: ")
    assert result.stderr.count("\n") == 1


def test_a_secret_file_that_everyone_can_read_is_refused(manage, production, tmp_path):
    file = tmp_path / "secret_key"
    file.write_text(SECRET + "\n")
    env = changed(production, {"SECRET_KEY": None, "SECRET_KEY_FILE": str(file)})
    file.chmod(0o644)
    refused = manage("check", env=env)
    assert refused.returncode == 1
    assert "SECRET_KEY_FILE" in refused.stderr
    file.chmod(0o640)
    assert manage("check", env=env).returncode == 0


def test_the_production_example_of_the_readme_passes_the_deployment_checks(manage, tmp_path):
    example = re.search(r"```sh\n# /etc/llamahub/environment\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    env = dict(re.findall(r"^([A-Z_]+)=(\S+)$", example[1], re.MULTILINE))
    assert {"SECRET_KEY_FILE", "ALLOWED_HOSTS", "DATABASE_URL", "DATA_DIR"} <= set(env)
    secret = tmp_path / "secret_key"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    env |= {"PATH": os.environ["PATH"], "SECRET_KEY_FILE": str(secret), "DATA_DIR": str(tmp_path)}
    result = manage("check", "--deploy", "--fail-level", "WARNING", env=env)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_a_local_site_needs_nothing_and_keeps_its_secret(manage, tmp_path):
    env = {"PATH": os.environ["PATH"], "LLAMAHUB_LOCAL": "1", "DATA_DIR": str(tmp_path / "data")}
    assert manage("check", env=env).returncode == 0
    file = tmp_path / "data" / "secret_key"
    secret = file.read_text()
    assert len(secret) >= 50
    assert file.stat().st_mode & 0o777 == 0o600
    assert manage("check", env=env).returncode == 0
    assert file.read_text() == secret
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


def test_public_cookies_cannot_leave_https_or_the_host(manage, production):
    result = manage(
        "shell",
        "-c",
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, "
        "s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SECURE_HSTS_SECONDS >= 31536000)",
        env=production,
    )
    assert "__Host-sessionid __Host-csrftoken True True True Lax True" in result.stdout


def test_a_replica_that_would_not_be_read_is_pointed_out(manage, production):
    replica = "postgres://hub:f4Kw0aTz@db2.internal:5432/llamahub"
    env = changed(production, {"DATABASE_REPLICA_URL": replica, "PAGE_STORE_MB": "0"})
    result = manage("check", "--deploy", env=env)
    assert "llamahub.W003" in result.stderr
    assert "llamahub.W003" not in manage("check", "--deploy", env=env | {"PAGE_STORE_MB": "8"}).stderr
