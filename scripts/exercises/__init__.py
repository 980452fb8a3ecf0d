"""Exercises in kinds, for a small model to learn from some of a kind and be tried with others of the same kind."""
