"""The app’s addresses."""

from django.urls import path

from . import views
from .feeds import EventsFeed
from .views.base import public_page

app_name = "models_catalog"

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/compare/", views.compare, name="compare"),
    path("models/<slug:slug>/", views.release, name="release"),
    path("timeline/", views.timeline, name="timeline"),
    path("timeline/<slug:slug>/", views.event, name="event"),
    path("licensing/", views.licensing, name="licensing"),
    path("licensing/check/", views.license_check, name="license-check"),
    path("licensing/check.json", views.license_check_json, name="license-check-json"),
    path("licensing/<slug:slug>/", views.license, name="license"),
    path("run/", views.run, name="run"),
    path("figures/", views.figures, name="figures"),
    path("sources/", views.sources, name="sources"),
    path("sources/<slug:slug>/", views.source, name="source"),
    path("corrections/", views.corrections, name="corrections"),
    path("feeds/events.xml", public_page(EventsFeed(), kind="events-feed"), name="events-feed"),
]
