"""A cluster of several hosts on this machine, what can be done to them, and `make chaos`, which does all of it."""
