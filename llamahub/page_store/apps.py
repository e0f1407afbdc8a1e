from django.apps import AppConfig


class PageStoreConfig(AppConfig):
    """Keeps whole pages ready. Its one table counts the changes of content."""

    name = "llamahub.page_store"
    label = "page_store"
    verbose_name = "Page store"

    def ready(self) -> None:
        from models_catalog.signals import content_changed

        from . import triggers
        from .knowledge import knowledge

        triggers.connect()
        # Whoever made a change sees it at once; the other processes are told by the database.
        content_changed.connect(knowledge.forget, dispatch_uid="page_store")
