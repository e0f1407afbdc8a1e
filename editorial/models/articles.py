"""Articles and their editions.

An article is an address, a topic and its authors; an edition is one version of
its text. What readers see at a moment is the newest approved edition whose
publish time has come, so a scheduled edition goes live by the clock, and "as of
a date" is the same query with another time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from editorial.live_facts.validation import validate_references
from editorial.prose import validate as validate_markdown
from models_catalog import history
from models_catalog.finding import WordsIndex
from models_catalog.models import Addressed, Content, Release
from models_catalog.models.base import ContentQuerySet, in_choices
from models_catalog.paging import Order

from .media import PLACE, Image
from .people import Author, Topic
from .prose import REFERENCE_HELP, WithProse

if TYPE_CHECKING:
    from datetime import datetime


def _moment(at: datetime | None) -> datetime | Now:
    """``at``; without it the moment that a page is read as of; without that the database’s now."""
    return at or history.moment() or Now()


class EditionQuerySet(ContentQuerySet["Edition"]):
    def public(self, at: datetime | None = None) -> Self:
        """Approved editions whose time has come by ``at`` (default: now, or the moment that is being read), newest first.

        Includes editions that a newer one has replaced: they were public once.
        """
        return self.filter(status=Edition.Status.APPROVED, publish_at__lte=_moment(at)).order_by(
            "-publish_at", "-number"
        )

    def live(self, at: datetime | None = None) -> Self:
        """The one edition of each article that readers see at ``at``; none of withdrawn articles."""
        newest = Edition.objects.filter(article=OuterRef("article")).public(at).values("pk")[:1]
        # That the newest is public need not be said, but lets lists begin at the index of public editions.
        return (
            self.public(at)
            .filter(pk=Subquery(newest))
            .exclude(article__withdrawn_at__lte=_moment(at))
            .order_by(*Edition.NEWEST_FIRST.names)
        )

    def scheduled(self) -> Self:
        """Approved editions whose time has not come, next first."""
        return self.filter(status=Edition.Status.APPROVED, publish_at__gt=Now()).order_by("publish_at")

    def open(self) -> Self:
        """Editions that are still being written or reviewed."""
        return self.filter(status__in=Edition.OPEN)

    def for_reading(self) -> Self:
        """With all that the article’s page shows."""
        return self.select_related("article__topic", "image").prefetch_related("article__authors")

    def for_lists(self) -> Self:
        """With all that lists of articles show: not the texts, which are most of an edition."""
        return self.select_related("article__topic").defer("body")

    def for_history(self) -> Self:
        """With what the article’s page says of each of its editions."""
        return self.only("article", "number", "publish_at", "change_note")

    def showing(self, image: Image) -> Self:
        """With this picture, at the head or in the text."""
        return self.filter(Q(image=image) | Q(body__contains=image.address))

    def related_to(self, article: Article) -> Self:
        """Editions of other articles on the same topic or the same releases."""
        shared = Article.releases.through.objects.filter(
            article=OuterRef("article"), release__in=article.releases.values("pk")
        )
        return self.filter(Q(article__topic=article.topic_id) | Exists(shared)).exclude(article=article)


class ArticleQuerySet(ContentQuerySet["Article"]):
    def live(self, at: datetime | None = None) -> Self:
        """Articles that readers may see at ``at`` (default: now)."""
        return self.filter(pk__in=Edition.objects.live(at).values("article"))

    def gone(self) -> Self:
        """Articles that readers once saw and that are withdrawn: their address answers “gone”.

        A withdrawn article that never was public is simply unknown.
        """
        was_public = Edition.objects.filter(
            article=OuterRef("pk"), status=Edition.Status.APPROVED, publish_at__lt=OuterRef("withdrawn_at")
        )
        return self.filter(Exists(was_public), withdrawn_at__lte=Now())


class Article(Content, Addressed):
    """An address with a topic and authors; its text is in its editions."""

    url_name = "editorial:article"

    topic = models.ForeignKey(Topic, models.PROTECT, related_name="articles")
    authors = models.ManyToManyField(Author, related_name="articles")
    releases = models.ManyToManyField(
        Release,
        blank=True,
        related_name="articles",
        help_text="Releases that the article is about: their pages link to it.",
    )
    withdrawn_at = models.DateTimeField(
        "withdrawn",
        null=True,
        blank=True,
        help_text="From this moment readers get “gone” instead of the article. Empty while it stands.",
    )

    moved_to = models.CharField(
        "readers are sent to",
        max_length=200,
        blank=True,
        db_default="",
        default="",
        editable=False,
        help_text="Where readers of the withdrawn article are sent instead of being told that it is gone.",
    )

    objects = ArticleQuerySet.as_manager()

    if TYPE_CHECKING:
        editions: models.Manager[Edition]

    class Meta:
        ordering = ("slug",)
        constraints = (
            models.CheckConstraint(
                condition=Q(moved_to="") | Q(moved_to__startswith="/") & ~Q(moved_to__startswith="//"),
                name="article_moves_within_the_site",
                violation_error_message="Begin with one slash: readers are sent to pages of this site only.",
            ),
            models.CheckConstraint(
                condition=Q(moved_to="") | Q(withdrawn_at__isnull=False),
                name="only_withdrawn_articles_move",
                violation_error_message="An article that stands sends nobody elsewhere. Withdraw it first.",
            ),
        )
        permissions = (("withdraw_article", "Can withdraw articles and bring them back"),)
        indexes = (
            # Asked for every page that is made: when the next one goes.
            models.Index(fields=("withdrawn_at",), condition=Q(withdrawn_at__isnull=False), name="article_withdrawn"),
            WordsIndex(words=("slug",), name="article_words"),
        )

    def __str__(self) -> str:
        return self.slug


class EditionStatus(models.TextChoices):
    DRAFT = "draft", "Draft"
    IN_REVIEW = "in_review", "In review"
    APPROVED = "approved", "Approved"


class Edition(WithProse, Content):
    """One version of an article’s text. Never changes once it is public (a trigger sees to it)."""

    Status = EditionStatus
    # As lists of articles show them.
    NEWEST_FIRST: ClassVar = Order(("-publish_at", "-number", "-id"))
    OPEN: ClassVar = (EditionStatus.DRAFT, EditionStatus.IN_REVIEW)
    natural_key_fields = ("article__slug", "number")
    prose_fields = ("body",)

    article = models.ForeignKey(Article, models.CASCADE, related_name="editions")
    number = models.PositiveIntegerField(editable=False)
    title = models.CharField(max_length=120, help_text="The headline, also shown in search results and shares.")
    standfirst = models.CharField(
        max_length=300, help_text="One or two sentences under the headline; also the description in search and shares."
    )
    body = models.TextField(
        validators=[validate_markdown, validate_references],
        help_text=(
            "Markdown. Sections begin with “## ”. Cite with footnotes: “fact[^card]” and, at the end, "
            "“[^card]: [Llama 4 model card](/sources/llama-4-model-card/)”. " + REFERENCE_HELP
        ),
    )
    as_of = models.DateField("facts as of", help_text="The day to which the facts in the text were checked.")
    image = models.ForeignKey(Image, models.PROTECT, null=True, blank=True, related_name="editions")
    change_note = models.CharField(
        max_length=250,
        blank=True,
        help_text="What changed for readers since the last edition. Shown under the article.",
    )
    status = models.CharField(max_length=12, choices=EditionStatus, default=EditionStatus.DRAFT)
    publish_at = models.DateTimeField(
        null=True, blank=True, help_text="When readers see it; a future time schedules it. Needed for approval."
    )
    created_by = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    reviewer = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, editable=False, related_name="reviews"
    )
    approved_by = models.ForeignKey(
        "auth.User", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        permissions = (("approve_edition", "Can approve and schedule editions"),)
        constraints = (
            models.UniqueConstraint(fields=("article", "number"), name="edition_number_is_unique_in_article"),
            models.UniqueConstraint(
                fields=("article",),
                condition=Q(status__in=("draft", "in_review")),
                name="one_open_draft_per_article",
                violation_error_message="This article already has an open draft. Continue that one.",
            ),
            in_choices("status", EditionStatus, name="edition_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(publish_at__isnull=False),
                name="approved_edition_has_a_publish_time",
                violation_error_message="Say when it goes out: an approved edition needs a publish time.",
            ),
            models.CheckConstraint(condition=Q(number__gt=0), name="edition_number_is_positive"),
        )
        indexes = (
            models.Index(
                fields=("article", "-publish_at", "-number"),
                condition=Q(status="approved"),
                name="edition_live_by_article",
            ),
            models.Index(
                fields=("-publish_at", "-number"), condition=Q(status="approved"), name="edition_newest_first"
            ),
            models.Index(fields=("-updated_at", "-id"), name="edition_last_changed"),
            models.Index(fields=("-updated_at", "-id"), condition=~Q(status="approved"), name="edition_open"),
            models.Index(fields=("publish_at",), name="edition_by_time"),
            # A picture’s place in a text: few have one, and else every text would be read to find them.
            models.Index(fields=("article",), condition=Q(body__contains=PLACE), name="edition_with_pictures"),
            WordsIndex(words=("title",), name="edition_titles"),
            WordsIndex(words=("title", "standfirst", "body"), name="edition_words"),
        )

    def __str__(self) -> str:
        return f"{self.title} (edition {self.number})" if self.number else self.title

    def get_absolute_url(self) -> str:
        return self.article.get_absolute_url()

    @property
    def is_public(self) -> bool:
        """Readers see it, or once saw it: its text is fixed."""
        return self.status == self.Status.APPROVED and self.publish_at is not None and self.publish_at <= timezone.now()
