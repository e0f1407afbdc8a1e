"""The app’s addresses."""

from django.urls import URLPattern

app_name = "models_catalog"

urlpatterns: list[URLPattern] = []
