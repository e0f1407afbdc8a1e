"""The app’s addresses."""

from django.urls import path

from models_catalog.views.base import public_page

from . import views
from .feeds import ArticlesFeed

app_name = "editorial"

urlpatterns = [
    path("", views.hub, name="hub"),
    path("articles/", views.articles, name="articles"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path("preview/<str:token>/", views.preview, name="preview"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("glossary/", views.glossary, name="glossary"),
    path("notices/", views.notices, name="notices"),
    path("about/", views.about, name="about"),
    path("search/", views.search, name="search"),
    path("search/suggest/", views.suggest, name="search-suggest"),
    path("opensearch.xml", views.description, name="search-description"),
    path("feeds/articles.xml", public_page(ArticlesFeed(), kind="articles-feed"), name="articles-feed"),
]
