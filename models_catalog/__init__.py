"""Facts about the Llama family: what can be checked against a source."""
