"""The GRPO recipe: arguments and presets, the tiny model, the start gate, the report.

Runs: GPU node. Only the room of models beside it imports torch and transformers (the `train` extra).
"""
