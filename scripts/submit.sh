#!/usr/bin/env bash
# Runs the training script as a job on the Ray cluster that RAY_ADDRESS names (its dashboard, such as
# http://head:8265), follows its log, and ends with its exit code. Arguments go to scripts/train_grpo.py; the head node's
# `python` must have what the `train` extra names.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${RAY_ADDRESS:-}" ] || { echo "submit: set RAY_ADDRESS to the cluster's dashboard, such as http://head:8265." >&2; exit 2; }
ray=.venv/bin/ray
[ -x "$ray" ] || ray=ray

# The working directory travels without what .gitignore names.
exec "$ray" job submit --working-dir . -- python scripts/train_grpo.py "$@"
