"""Markdown may refer to facts: what forms check and say. The database knows no difference."""

from django.db import migrations, models

import editorial.live_facts.validation
import editorial.prose.limits


class Migration(migrations.Migration):
    dependencies = [("editorial", "0005_fact_uses")]

    operations = [
        migrations.AlterField(
            model_name="edition",
            name="body",
            field=models.TextField(
                help_text="Markdown. Sections begin with “## ”. Cite with footnotes: “fact[^card]” and, at the end, “[^card]: [Llama 4 model card](/sources/llama-4-model-card/)”. Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links.",
                validators=[editorial.prose.limits.validate, editorial.live_facts.validation.validate_references],
            ),
        ),
        migrations.AlterField(
            model_name="hubsection",
            name="body",
            field=models.TextField(
                blank=True,
                help_text="Markdown shown before the section’s entries. May be empty. Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links.",
                validators=[editorial.prose.limits.validate, editorial.live_facts.validation.validate_references],
            ),
        ),
        migrations.AlterField(
            model_name="hubsettings",
            name="about",
            field=models.TextField(
                help_text="Markdown; the About page: who writes this and how. Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links.",
                validators=[editorial.prose.limits.validate, editorial.live_facts.validation.validate_references],
            ),
        ),
        migrations.AlterField(
            model_name="hubsettings",
            name="independence",
            field=models.TextField(
                help_text="Markdown; on the hub’s foot and the About page. Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links.",
                validators=[editorial.prose.limits.validate, editorial.live_facts.validation.validate_references],
                verbose_name="editorial independence",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="body",
            field=models.TextField(
                help_text="Markdown, a few short paragraphs. Refer to a number of the catalogue instead of copying it: “{{ llama-4-scout.context_tokens }}”. Add “| short” to write it as tables do, “| exact” in full. Works everywhere but in code, addresses and titles of links.",
                validators=[editorial.prose.limits.validate, editorial.live_facts.validation.validate_references],
            ),
        ),
    ]
