"""Django's PostgreSQL backend, connected to the embedded server. See the package's docstring."""

import contextlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, client
from psycopg import sql

from .errors import EmbeddedPostgresError

if TYPE_CHECKING:
    from .server import Server


def server_for(settings_dict: dict[str, Any]) -> "Server":
    try:
        directory = Path(settings_dict["EMBEDDED_DIR"]).absolute()
    except KeyError:
        raise ImproperlyConfigured("A database with ENGINE 'llamahub.embedded_postgres' needs EMBEDDED_DIR.") from None
    if sys.platform == "win32":
        raise EmbeddedPostgresError(directory, "Windows is not supported")
    from .server import server_at  # needs file locks that Windows lacks

    server = server_at(directory)
    server.progress = settings_dict.get("EMBEDDED_PROGRESS")
    return server


class DatabaseClient(client.DatabaseClient):
    """``manage.py dbshell`` with the psql of the same package."""

    @classmethod
    def settings_to_cmd_args_env(
        cls, settings_dict: dict[str, Any], parameters: Iterable[str]
    ) -> tuple[list[str], dict[str, str] | None]:
        from .server import programs

        server = server_for(settings_dict)
        address = server.address(process=str(os.getpid()))
        args, env = super().settings_to_cmd_args_env(
            {**settings_dict, "HOST": address["host"], "PORT": address["port"], "USER": address["user"]}, parameters
        )
        folder = programs()
        if folder is not None:
            args[0] = str(folder / cls.executable_name)
        history = {"PGHOSTADDR": "", "PSQL_HISTORY": str(server.layout.psql_history)}
        return args, {**(env or {}), **history}

    def runshell(self, parameters: Iterable[str]) -> None:
        self.connection.ensure_connection()
        super().runshell(parameters)


class DatabaseWrapper(base.DatabaseWrapper):
    client_class = DatabaseClient

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:  # as in Django: a psycopg connection
        server = server_for(self.settings_dict)
        connect = super().get_new_connection

        def attempt() -> Any:
            here = {**conn_params, **server.address()}
            try:
                return connect(here)
            except psycopg.OperationalError as error:
                if f'database "{here["dbname"]}" does not exist' not in str(error):
                    raise
                _create_database(here)
                return connect(here)

        return server.connect(attempt)


def _create_database(params: dict[str, Any]) -> None:
    address = {name: params[name] for name in ("host", "port", "user", "hostaddr")}
    with (
        psycopg.connect(**address, dbname="postgres", autocommit=True) as connection,
        # Another process may be quicker.
        contextlib.suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation),
    ):
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(params["dbname"])))
