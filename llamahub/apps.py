from django.apps import AppConfig


class LlamaHubConfig(AppConfig):
    name = "llamahub"
    verbose_name = "LlamaHub"
