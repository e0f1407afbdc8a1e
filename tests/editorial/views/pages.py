"""What the tests of the pages share: reading HTML, and sites with something on every page."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser

from django.utils import timezone

from editorial.models import Edition, HubSettings
from models_catalog.models import License
from tests.factories import (
    make_article,
    make_author,
    make_citation,
    make_edition,
    make_event,
    make_figure,
    make_help_line,
    make_hub,
    make_live_article,
    make_notice,
    make_persona,
    make_provider,
    make_release,
    make_rule,
    make_term,
    make_topic,
    make_use_case,
    make_variant,
)

# Elements that have no end.
VOID = frozenset({"meta", "link", "img", "br", "hr", "input", "source", "wbr", "path", "circle", "rect"})


@dataclass
class Page(HTMLParser):
    """The few things that the tests ask of a page."""

    html: str
    title: str = ""
    description: str = ""
    canonical: str = ""
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self.open.append(tag)
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        if "id" in values:
            self.ids.append(values["id"])
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            self.headings.append(int(tag[1]))
        if tag == "meta" and values.get("name") == "description":
            self.description = values["content"]
        if tag == "link" and values.get("rel") == "canonical":
            self.canonical = values["href"]
        self.faults += [f"{name}= on <{tag}>" for name in values if name == "style" or name.startswith("on")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:] or 'nothing'}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["title"] and "svg" not in self.open:
            self.title += data


def fill(count: int = 1) -> None:
    """``count`` of everything that the editorial pages list, tied together as an editor would."""
    if not HubSettings.objects.exists():
        make_hub()
    topic, author = make_topic(), make_author(bio="A desk.")
    for _ in range(count):
        release = make_release()
        make_variant(release=release)
        make_citation(release=release, field="context_tokens")
        event = make_event(is_headline=True)
        event.releases.add(release)
        make_citation(event=event, field="happened_on")
        figure = make_figure()
        make_citation(key_figure=figure, field="value")
        provider = make_provider()
        provider.releases.add(release)
        use_case = make_use_case(is_headline=True)
        rule = make_rule(use_case=use_case, license=License.objects.newest())
        make_citation(license_rule=rule, field="verdict")
        make_help_line(notice=make_notice())
        term = make_term()
        term.see_also.add(make_term(aliases=["another name"]))
        article = make_live_article(topic=topic, authors=[author])
        article.releases.add(release)
        persona = make_persona()
        persona.releases.add(release)
        persona.use_cases.add(use_case)
        persona.articles.add(article)


def hide_articles(marker: str) -> dict[str, str]:
    """Articles that no reader may see, each naming ``marker`` everywhere: state → address."""
    now = timezone.now()
    words = {
        "title": f"{marker} title",
        "standfirst": f"{marker} standfirst",
        "body": f"{marker} body",
        "change_note": f"{marker} note",
    }
    approved = Edition.Status.APPROVED
    draft = make_article(slug=f"{marker}-draft")
    make_edition(article=draft, **words)
    review = make_article(slug=f"{marker}-review")
    make_edition(article=review, status=Edition.Status.IN_REVIEW, **words)
    scheduled = make_article(slug=f"{marker}-scheduled")
    make_edition(article=scheduled, status=approved, publish_at=now + timedelta(hours=1), **words)
    withdrawn = make_live_article(slug=f"{marker}-withdrawn", edition=words)
    withdrawn.withdrawn_at = now - timedelta(minutes=1)
    withdrawn.save()
    never = make_article(slug=f"{marker}-never", withdrawn_at=now - timedelta(minutes=1))
    make_edition(article=never, **words)
    hidden = (draft, review, scheduled, withdrawn, never)
    persona = make_persona()
    persona.articles.set(hidden)
    return {article.slug.removeprefix(f"{marker}-"): article.get_absolute_url() for article in hidden}
