from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class LlamaHubConfig(AppConfig):
    """No models: management commands, system checks, and what concerns every request."""

    name = "llamahub"
    verbose_name = "LlamaHub"

    def ready(self) -> None:
        from . import checks, groups  # noqa: F401 - checks register themselves

        groups.connect()


class HubAdminConfig(AdminConfig):
    """Django's admin on a site of our own."""

    default_site = "llamahub.admin_site.HubAdminSite"
