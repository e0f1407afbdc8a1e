from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "llamahub.desk"
    label = "desk"
    verbose_name = "Desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import once, unsaved

        # Once first: what it refuses was saved before, with all that goes with it.
        once.connect()
        unsaved.connect()
