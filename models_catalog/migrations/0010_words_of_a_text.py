"""What a word is for the searches of the admin, as a function that indexes are made with: see `finding`.

Its cost is told truly, which Postgres underrates for `to_tsvector`: else it would rather work out the words of every
row than look into the index. In a language that it cannot look through, or it would see the parts and not the cost.
"""

from django.db import migrations

BREAKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~“”„‘’‚«»‹›–—‑…•·×′″→←\xa0"
LITERAL = BREAKS.replace("'", "''")
MAKE = f"""
CREATE OR REPLACE FUNCTION models_catalog_words(text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 10000 AS $words$
BEGIN
    RETURN to_tsvector('pg_catalog.simple'::regconfig, translate(left($1, 100000), '{LITERAL}', '{" " * len(BREAKS)}'));
END $words$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("models_catalog", "0009_published_memory_is_checked"),
    ]

    operations = [
        migrations.RunSQL([MAKE], "DROP FUNCTION models_catalog_words(text)"),
    ]
