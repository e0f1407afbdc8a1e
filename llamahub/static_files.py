"""How static files are named in production."""

from functools import cache

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # WhiteNoise has no types
    """Names with a hash of the content, also where a script imports another: both are of one release, and kept for good."""

    support_js_module_import_aggregation = True

    @cache  # noqa: B019 - there is one of it a process, and the names of a release do not change
    def url(self, name: str, force: bool = False) -> str:
        """Every page names sixteen."""
        found: str = super().url(name, force)
        return found
