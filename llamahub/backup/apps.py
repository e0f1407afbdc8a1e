from django.apps import AppConfig


class BackupConfig(AppConfig):
    """Exports of the whole site."""

    name = "llamahub.backup"
    label = "backup"
    verbose_name = "Backup"
