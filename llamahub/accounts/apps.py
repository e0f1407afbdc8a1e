from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "llamahub.accounts"
    label = "accounts"
    verbose_name = "Accounts and security"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import sessions

        sessions.connect()
