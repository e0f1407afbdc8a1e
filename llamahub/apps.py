from django.apps import AppConfig


class LlamaHubConfig(AppConfig):
    """No models: management commands, system checks, and what concerns every request."""

    name = "llamahub"
    verbose_name = "LlamaHub"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
