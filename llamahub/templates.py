"""Django’s templates, which let go of what they have shown.

A context and its dictionaries point at each other, so all that a page was made of would wait for the garbage collector,
which then stops every reader of the process for as long as it takes.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends import django as backend
from django.template.context import make_context


class Template(backend.Template):
    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None) -> Any:
        bound = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(bound)
        except TemplateDoesNotExist as error:
            backend.reraise(error, self.backend)
        finally:
            bound.dicts.clear()


class Templates(backend.DjangoTemplates):
    def get_template(self, template_name: str) -> Template:
        found = super().get_template(template_name)
        return Template(found.template, self)
