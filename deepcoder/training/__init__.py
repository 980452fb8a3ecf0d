"""The GRPO recipe: arguments and presets, the tiny model, the start gate, the report.

Runs: GPU node. No other room imports torch, transformers or TRL (the `train` extra).
"""
