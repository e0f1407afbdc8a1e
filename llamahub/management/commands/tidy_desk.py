"""``manage.py tidy_desk``: clears away unsaved forms that nobody came back to, and traces of forms that were open."""

from typing import Any

from django.core.management.base import BaseCommand

from llamahub.desk.models import KEPT_FOR, OpenForm, SavedForm, UnsavedForm


class Command(BaseCommand):
    help = (
        f"Deletes what was typed into forms and neither saved nor asked for in {KEPT_FOR.days} days, and what is "
        "remembered of forms that were open or arrived twice. Safe at any time; meant for once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        unsaved, _ = UnsavedForm.objects.too_old().delete()
        OpenForm.objects.gone().delete()
        SavedForm.objects.too_old().delete()
        self.stdout.write(f"Deleted {unsaved} unsaved forms that nobody came back to.")
