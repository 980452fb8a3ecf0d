"""The GRPO recipe: arguments and presets, the tiny model, the start gate, the report.

Runs: GPU node. The only room that imports torch, transformers and TRL (the `train` extra).
"""
