"""The history of content.

`record` has the database write down every change, `attribution` says who made
it and why, `past` reads the site as it was, `changes` puts what changed into
words for readers, `between` does so for a day or two editions, and `corrections`
makes a change and its public correction in one step.

Triggers of our own rather than a package. django-simple-history listens to
signals, which bulk updates, imports and SQL do not send. django-pghistory uses
triggers, too, but keeps a second table for each one of ours, which every new
field would have to be added to by a migration, and has no way to read the past:
that takes views, as here, which need only the one table.
"""

from .attribution import attributed
from .corrections import put_right
from .past import TooEarly, moment, reading_as_of, today
from .undo import undo

__all__ = ["TooEarly", "attributed", "moment", "put_right", "reading_as_of", "today", "undo"]
