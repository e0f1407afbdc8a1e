"""Prose about the Llama family: what a person wrote and signs."""
