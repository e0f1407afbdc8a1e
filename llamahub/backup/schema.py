"""Which state of migration an archive has, and what its rows looked like then."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from .errors import NotSupported
from .manifest import FORMAT, Manifest
from .tables import is_exported

# The state of an app that has no tables yet.
Target = tuple[str, str | None]


def check_format(values: Any) -> None:
    """Before anything else in a manifest is believed: a later format may have another form."""
    number = values.get("format") if isinstance(values, dict) else None
    if isinstance(number, int) and number > FORMAT:
        raise NotSupported(
            f"The archive has format {number}, and this version of the hub reads up to {FORMAT}: update the hub first."
        )


class Schema:
    """The state of an archive. Raises NotSupported when this version of the hub does not know it."""

    def __init__(self, manifest: Manifest) -> None:
        self.loader = MigrationLoader(None)
        known = self.loader.disk_migrations
        leaves = dict(self.loader.graph.leaf_nodes())
        for app, name in manifest.migrations.items():
            if (app, name) not in known:
                newest = leaves.get(app)
                raise NotSupported(
                    f"The archive was made by a newer version of the hub: its {app} is at {name[:100]}, "
                    f"this one's at {newest}. Update the hub first."
                    if newest
                    else f"The archive has data of {app[:100]}, which this version of the hub does not know: "
                    "update the hub first."
                )
        self.targets: list[Target] = [(app, manifest.migrations.get(app)) for app in exported_apps() if app in leaves]
        self.is_current = all(leaves.get(app) == name for app, name in self.targets)

    @property
    def apps(self) -> Apps:
        if self.is_current:
            return apps
        nodes = [target for target in self.targets if target[1]]
        return self.loader.project_state(nodes).apps  # type: ignore[arg-type]


def exported_apps() -> list[str]:
    return sorted({model._meta.app_label for model in apps.get_models() if is_exported(model, with_accounts=True)})


def check_migrated() -> None:
    """Raises NotSupported when the site itself lacks migrations."""
    loader = MigrationLoader(connection)
    if missing := [key for key in loader.graph.leaf_nodes() if key not in loader.applied_migrations]:
        app, name = missing[0]
        raise NotSupported(f"This site lacks the migration {app} {name}: run “manage.py migrate” first.")
