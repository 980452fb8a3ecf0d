"""One file for each framework that computes rewards its own way. A file is imported where its framework is installed.

    framework → its file → judging → a pool on this cluster, or a service over HTTP

A program of one's own that trains with TRL needs no file here: `deepcoder.reward` is what TRL calls.
"""
