"""Charts drawn on the server from the data: geometry here, SVG in templates/models_catalog/charts/.

Each chart comes in two renderings, one for a wide screen and one for a phone,
so that its text is readable on both; CSS shows the one that fits.
"""

from .context import context_chart
from .events import events_chart
from .family import family_chart

__all__ = ["context_chart", "events_chart", "family_chart"]
