"""A copy of the database from which pages for everybody are made: ``DATABASE_REPLICA_URL``.

* `reading`: has a page read from the copy, and knows whether the copy can be asked.
* `base`: Django's backend for the connection; no answer of the copy is waited for as long as one of the primary.
* `router`: keeps migrations away from it.

Who reads from it is decided in one place, `page_store.snapshot`: pages that are the same for everybody, and only where
the copy shows the very content that the primary is known to have. All else (the admin, whoever has a cookie of ours,
commands, everything that writes) never hears of it.
"""
