from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand

from editorial.search import index


class Command(BaseCommand):
    help = (
        "Makes the search index anew from the content. Needed after changes by SQL or QuerySet.update(); saving in the "
        "admin and loading content keep the index up to date by themselves."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        started = perf_counter()
        number = index.rebuild()
        self.stdout.write(f"The search knows {number:,} entries ({perf_counter() - started:.1f} s).")
