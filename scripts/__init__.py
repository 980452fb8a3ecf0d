"""Hold what is run from a checkout: training, benchmark, soak."""
