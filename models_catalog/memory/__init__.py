"""Memory that a model takes: formulas, the question that a reader asks, tables that answer it, and checks."""
