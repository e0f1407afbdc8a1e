"""The LlamaHub project."""
