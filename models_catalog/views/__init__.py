from .checking import license_check, license_check_json
from .deployment import run
from .figures import figures
from .licensing import license, licensing
from .releases import compare, models, release
from .sources import corrections, source, sources
from .timeline import event, timeline

__all__ = [
    "compare",
    "corrections",
    "event",
    "figures",
    "license",
    "license_check",
    "license_check_json",
    "licensing",
    "models",
    "release",
    "run",
    "source",
    "sources",
    "timeline",
]
