"""Nobody can fill the store with what only they ask for.

``REQUESTS=10000`` is the whole run; a part of it belongs to every run of the tests.
"""

import os
import random
import resource

from llamahub.page_store.memory import MOST_WITH_PARAMETERS
from tests.factories import make_hub, make_live_article, make_release

from .conftest import eventually

REQUESTS = int(os.environ.get("REQUESTS", "1000"))
MEGABYTE = 1024 * 1024
PAGES = ["/", "/models/", "/models/llama-9/", "/articles/", "/timeline/", "/robots.txt", "/search/"]


def test_random_questions_make_few_pages_and_take_little_memory(transactional_db, visitor, store):
    make_hub()
    make_release(name="Llama 9", slug="llama-9")
    make_live_article()
    for path in PAGES:
        assert eventually(lambda path=path: visitor.get(path).is_hit), path
    chance = random.Random(20)  # the same requests in every run
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for n in range(REQUESTS):
        text = f"{chance.getrandbits(64):x}"
        # One in fifty asks with a parameter that the page has, and a value that is as good as any.
        name = "page" if n % 50 == 0 else chance.choice(["utm_source", "q", "fbclid", text])
        path = "/articles/" if name == "page" else chance.choice(PAGES[:-1])
        reply = visitor.get(
            f"{path}?{name}={text}",
            HTTP_COOKIE=f"{text}={text}",
            HTTP_ACCEPT=f"{text}/*",
            HTTP_ACCEPT_ENCODING=f"gzip;q=0.{n}, {text}",
            HTTP_HOST=f"localhost:{1 + n % 60000}",
        )
        assert reply.status == 200
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert len(store.memory) <= len(PAGES) + MOST_WITH_PARAMETERS
    assert store.memory.bytes <= 8 * MEGABYTE
    assert grown <= 32, f"{grown:.0f} MB"
