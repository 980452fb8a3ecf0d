"""`python -m scripts.simulation`: thousands of workers and a million submissions, without any of them."""
