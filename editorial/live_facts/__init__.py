"""Facts that prose refers to instead of copying them.

``{{ llama-4-scout.context_tokens }}`` in a text names an entry of the catalogue
and a field of it; readers see the field's present value with its sources.

* `names`: which entry a name means, and what was probably meant by a wrong one.
* `uses`: which text uses which fact, kept in the database, so that a fact in
  use is not deleted and a renamed entry is still found.
* `reading`: texts as readers see them, in a number of queries that does not
  grow with the references.
"""
