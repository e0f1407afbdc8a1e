"""One address of each kind of page for readers, on the shipped content, and how they are looked at."""

PAGES = {
    "hub": "/",
    "models": "/models/",
    "models, filtered": "/models/?branch=core&sort=context",
    "release": "/models/llama-4-scout/",
    "comparison": "/models/compare/?r=llama-3-1&r=llama-4-scout",
    "timeline": "/timeline/",
    "event": "/timeline/llama-4-released/",
    "licensing": "/licensing/",
    "license": "/licensing/llama-4/",
    "license checker": "/licensing/check/",
    "license check": "/licensing/check/?release=llama-4-scout&who=company&place=de&users=25000"
    "&activity=commercial-product&activity=fine-tune&activity=outputs-for-other-models",
    "running": "/run/",
    "running, one checkpoint": "/run/?checkpoint=llama-4-scout-17b-16e-instruct&context=1000000",
    "running, so much memory": "/run/?memory=24",
    "articles": "/articles/",
    "article": "/articles/one-consumer-gpu/",
    "topic": "/topics/running/",
    "author": "/authors/llamahub-editors/",
    "figures": "/figures/",
    "sources": "/sources/",
    "source": "/sources/llama-4-model-card/",
    "corrections": "/corrections/",
    "glossary": "/glossary/",
    "notices": "/notices/",
    "about": "/about/",
    "search": "/search/",
    "search, results": "/search/?q=llama+3.1+8b",
    "search, a kind": "/search/?q=llama&kind=checkpoint",
    "search, meant": "/search/?q=lama+4+scot",
}
# No page asks the database more often, however much there is; in the past, the turn to it and back comes on top.
AT_MOST_QUERIES, PAST_QUERIES = 8, 5
NOT_FOUND = "/no/such/page/"

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
# What axe checks: WCAG 2.2 to level AA, and what its authors recommend besides.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
