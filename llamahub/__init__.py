"""The LlamaHub project: settings, addresses, and the few pieces that cut across both apps."""
