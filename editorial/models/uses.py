"""Which text uses which fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Self

from django.db import models
from django.urls import reverse

from editorial.prose.references import prepare, write
from models_catalog.models import (
    KeyFigure,
    License,
    LicenseRule,
    Release,
    TimelineEvent,
    Variant,
)

from .articles import Edition
from .hub import HubSection, HubSettings
from .notices import Notice
from .prose import WithProse

# What holds prose: foreign key of a use → model.
TEXT_MODELS: dict[str, type[WithProse]] = {
    "edition": Edition,
    "hub_section": HubSection,
    "notice": Notice,
    "hub_settings": HubSettings,
}
TARGETS = ("release", "variant", "license", "license_rule", "event", "key_figure")


class FactUseQuerySet(models.QuerySet["FactUse"]):
    def in_texts(self, texts: list[WithProse]) -> Self:
        """Those in the given entries, without fetching these again."""
        keys = {arc: [text.pk for text in texts if type(text) is model] for arc, model in TEXT_MODELS.items()}
        return self.of_texts(keys)

    def of_texts(self, keys: Mapping[str, Collection[int]]) -> Self:
        """Those in the entries of these keys, which are named by their kind, without fetching the entries again."""
        mine = models.Q(pk__in=())
        for arc, pks in keys.items():
            if pks:
                mine |= models.Q(**{f"{arc}__in": pks})
        return self.filter(mine).select_related(None)

    def with_places(self) -> Self:
        """Everything needed to name and link the text, in one query."""
        return self.select_related("edition__article", "hub_section", "notice", "hub_settings")


class FactUseManager(models.Manager["FactUse"]):
    """Also what Django asks when it says why something cannot be deleted, so each use comes with its place."""

    def get_queryset(self) -> FactUseQuerySet:
        return FactUseQuerySet(self.model, using=self._db).with_places()


def _one_of(arcs: tuple[str, ...], *, name: str) -> models.CheckConstraint:
    number = models.Func(*arcs, function="num_nonnulls", output_field=models.IntegerField())
    return models.CheckConstraint(condition=models.lookups.Exact(number, 1), name=name)


class FactUse(models.Model):
    """One fact that one text refers to. Derived from the texts: see `editorial.live_facts.uses`.

    Two exclusive arcs of foreign keys: the text, whose end is the use's end, and
    the entry, which stays for as long as it is used. Since a published edition
    never changes, ``name`` is what the entry was called when the text was
    written, and the foreign key what it means for good.
    """

    edition = models.ForeignKey(Edition, models.CASCADE, null=True, blank=True, related_name="fact_uses")
    hub_section = models.ForeignKey(HubSection, models.CASCADE, null=True, blank=True, related_name="fact_uses")
    notice = models.ForeignKey(Notice, models.CASCADE, null=True, blank=True, related_name="fact_uses")
    hub_settings = models.ForeignKey(HubSettings, models.CASCADE, null=True, blank=True, related_name="fact_uses")
    text_field = models.CharField(max_length=20)
    name = models.CharField(max_length=250)

    release = models.ForeignKey(Release, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    license = models.ForeignKey(License, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    license_rule = models.ForeignKey(LicenseRule, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    event = models.ForeignKey(TimelineEvent, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    key_figure = models.ForeignKey(KeyFigure, models.PROTECT, null=True, blank=True, related_name="uses_in_prose")
    field = models.CharField(max_length=40)

    objects = FactUseManager.from_queryset(FactUseQuerySet)()

    class Meta:
        verbose_name = "use in prose"
        verbose_name_plural = "uses in prose"
        base_manager_name = "objects"
        ordering = ("pk",)
        default_permissions = ()
        constraints = (
            _one_of(tuple(TEXT_MODELS), name="fact_use_is_in_exactly_one_text"),
            _one_of(TARGETS, name="fact_use_has_exactly_one_target"),
            models.UniqueConstraint(
                fields=(*TEXT_MODELS, "text_field", "name"), name="one_use_per_text_and_name", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.place}, line {self.line}, “{write(self.name)}”"

    @property
    def text_kind(self) -> str:
        return next(arc for arc in TEXT_MODELS if getattr(self, f"{arc}_id") is not None)

    @property
    def text(self) -> WithProse:
        """The entry whose text it is."""
        text: WithProse = getattr(self, self.text_kind)
        return text

    @property
    def text_key(self) -> tuple[type[WithProse], int]:
        """The entry whose text it is, as one may know it without fetching it."""
        arc = self.text_kind
        return TEXT_MODELS[arc], getattr(self, f"{arc}_id")

    @property
    def target_kind(self) -> str:
        return next(arc for arc in TARGETS if getattr(self, f"{arc}_id") is not None)

    @property
    def target_id(self) -> int:
        key: int = getattr(self, f"{self.target_kind}_id")
        return key

    @property
    def line(self) -> int:
        """Where the text first refers to it."""
        references = prepare(getattr(self.text, self.text_field)).references
        return next((reference.line for reference in references if reference.name == self.name), 1)

    @property
    def place(self) -> str:
        """The text in words: “the article “Choosing a checkpoint” (edition 2)”."""
        if self.edition:
            return f"the article “{self.edition.title}” (edition {self.edition.number})"
        kind = self.text._meta.verbose_name
        return f"the {kind} “{self.text}”"

    @property
    def admin_url(self) -> str:
        label = self.text._meta.label_lower.replace(".", "_")
        return reverse(f"admin:{label}_change", args=[self.text.pk])
