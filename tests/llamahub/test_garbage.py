"""What a page was made of is gone with it.

Whatever holds itself in a circle stays until the garbage collector finds it, which stops all readers of the process
meanwhile: for the hub’s twenty thousand objects, long enough to be noticed.
"""

import gc

import pytest

from llamahub.edge import EdgeHandler
from tests import shipped_content
from tests.llamahub.page_store.conftest import environ
from tests.pages import PAGES

# Django’s own: a request, its messages and its user.
ITS_OWN = 150
KINDS = ["hub", "models", "release", "comparison", "timeline", "event", "licensing", "license", "running, so much memory", "articles", "article", "figures", "sources", "source", "corrections", "about"]  # fmt: skip


@pytest.fixture
def handler(transactional_db) -> EdgeHandler:
    shipped_content.load()
    return EdgeHandler()


def test_no_page_is_left_to_the_garbage_collector(handler):
    left = {}
    for kind in KINDS:
        for _ in range(2):  # the first time, what lasts is made too
            gc.collect()
            gc.disable()
            try:
                response = handler(environ(PAGES[kind]), lambda *arguments: None)
                assert response.status_code == 200
                assert b"</html>" in b"".join(response)
                response.close()
                del response
                left[kind] = gc.collect()
            finally:
                gc.enable()
    assert {kind: count for kind, count in left.items() if count > ITS_OWN} == {}
