"""The file that verifiers' users write: verifiers looks for a taskset in a module that is in no package."""

from deepcoder.integrations.verifiers import CodeTaskset

__all__ = ["CodeTaskset"]
