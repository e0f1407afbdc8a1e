"""Where a reader may be based, as far as a license looks at it.

The licenses draw two lines: the European Union (27 member states) and the EEA,
which adds Iceland, Liechtenstein and Norway, together with Switzerland. Codes
are ISO 3166-1 in lower case, and two groups for readers who need no more.
"""

from __future__ import annotations

from dataclasses import dataclass

from models_catalog.models import Region


@dataclass(frozen=True, slots=True)
class Place:
    code: str
    name: str
    regions: frozenset[Region]

    @property
    def is_eea_or_switzerland(self) -> bool:
        """Where the licensor may be another company."""
        return Region.EEA in self.regions


_EU = {
    "at": "Austria", "be": "Belgium", "bg": "Bulgaria", "hr": "Croatia", "cy": "Cyprus", "cz": "Czechia",
    "dk": "Denmark", "ee": "Estonia", "fi": "Finland", "fr": "France", "de": "Germany", "gr": "Greece",
    "hu": "Hungary", "ie": "Ireland", "it": "Italy", "lv": "Latvia", "lt": "Lithuania", "lu": "Luxembourg",
    "mt": "Malta", "nl": "Netherlands", "pl": "Poland", "pt": "Portugal", "ro": "Romania", "sk": "Slovakia",
    "si": "Slovenia", "es": "Spain", "se": "Sweden",
}  # fmt: skip
_NEAR_EU = {"is": "Iceland", "li": "Liechtenstein", "no": "Norway", "ch": "Switzerland"}
_ELSEWHERE = {"gb": "United Kingdom", "us": "United States"}


def _places(names: dict[str, str], *regions: Region) -> dict[str, Place]:
    return {code: Place(code, name, frozenset(regions)) for code, name in names.items()}


# By the heading under which the form offers them.
GROUPS: dict[str, dict[str, Place]] = {
    "European Union": _places({"eu": "European Union, any member state", **_EU}, Region.EU, Region.EEA),
    "EEA outside the Union, and Switzerland": _places(_NEAR_EU, Region.OUTSIDE_EU, Region.EEA),
    "Elsewhere": _places({**_ELSEWHERE, "other": "Any other country"}, Region.OUTSIDE_EU),
}
PLACES: dict[str, Place] = {code: place for group in GROUPS.values() for code, place in group.items()}
