"""What a node has logged is read."""

import json

from .nodes import unexpected

ERROR = json.dumps(
    {
        "message": "Service Unavailable: /run/",
        "exception": "Traceback (most recent call last):\n  File …\npsycopg.OperationalError: gone\n\n"
        "Traceback (most recent call last):\n  File …\nOperationalError: gone\n\tIs the server running?",
    }
)


def test_errors_in_the_log_are_counted_by_their_last_words():
    assert unexpected(f"{ERROR}\n{ERROR}\n") == {"Service Unavailable: /run/: OperationalError: gone": 2}


def test_an_error_that_reached_no_log_counts_once():
    assert unexpected("Traceback (most recent call last):\n  File …\nOSError: full\n") == {"outside the log": 1}


def test_a_warning_is_no_error():
    assert not unexpected(json.dumps({"level": "warning", "message": "The database does not answer: gone"}))
