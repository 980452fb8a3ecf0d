"""Language models: where their weights are, and how completions are sampled from them.

Runs: GPU node.
"""
