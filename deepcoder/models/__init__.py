"""Find the weights of language models, and sample completions from them.

Runs: GPU node.
"""
