"""One program for each peer. It runs in an environment of the peer's package, with `serving` and that package only."""
