from django.apps import AppConfig


class EditorialConfig(AppConfig):
    name = "editorial"
    verbose_name = "Newsroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from models_catalog import reading

        from .live_facts import uses
        from .models import media
        from .reading import articles_about
        from .search import index

        reading.register(articles_about)
        index.connect()
        uses.connect()
        media.connect()
