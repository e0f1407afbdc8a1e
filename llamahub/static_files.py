"""How static files are named in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Names with a hash of the content, also where a script imports another: both are of one release, and kept for good."""

    support_js_module_import_aggregation = True
