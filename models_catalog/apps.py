from django.apps import AppConfig


class ModelsCatalogConfig(AppConfig):
    name = "models_catalog"
    verbose_name = "Facts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import redirects, signals
        from .history import record

        signals.connect()
        redirects.connect()
        record.connect()
