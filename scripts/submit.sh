#!/usr/bin/env bash
# Runs the training script as a job on the Ray cluster that RAY_ADDRESS names (its dashboard, such as
# http://head:8265), follows its log, and ends with its exit code: `submit.sh [OPTION... --] [ARGUMENT...]`. Arguments go
# to scripts/train_grpo.py. Options go to `ray job submit`: without any, the script runs on the head and takes nothing
# from the pool; with `--entrypoint-num-gpus 1` it runs on a node that has a GPU free. That node's `python` must have what
# the `train` extra names. An interruption here does not end the job; what ends it is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

[ -n "${RAY_ADDRESS:-}" ] || { echo "submit: set RAY_ADDRESS to the cluster's dashboard, such as http://head:8265." >&2; exit 2; }
[ ! -e ~/.ray/auth_token ] || export RAY_AUTH_MODE=${RAY_AUTH_MODE-token}
bin=.venv/bin
[ -x "$bin/ray" ] || bin=$(dirname "$(command -v ray)")

options=()
for argument in "$@"; do
  [ "$argument" = -- ] || continue
  while [ "$1" != -- ]; do options+=("$1"); shift; done
  shift
  break
done

# The working directory travels without what .gitignore names.
job=deepcoder-$(date +%Y%m%d-%H%M%S)-$$
"$bin/ray" job submit --working-dir . --submission-id "$job" "${options[@]}" -- python scripts/train_grpo.py "$@" && code=0 || code=$?

# Of a job that ended, Ray's own exit code is 1 if it failed, and 0 even if it was stopped.
exec "$bin/python" - "$job" "$code" <<'PYTHON'
import sys
from ray.exceptions import RayError
from ray.job_submission import JobStatus, JobSubmissionClient

job, code = sys.argv[1], int(sys.argv[2])
try:
    info = JobSubmissionClient().get_job_info(job)
except (RuntimeError, ConnectionError, RayError):  # it was not submitted, or nobody answers: Ray has said why
    sys.exit(code or 1)
if info.status is JobStatus.STOPPED:
    sys.exit(f"submit: {job} was stopped")
if not info.status.is_terminal() and code:
    print(f"submit: {job} runs on: follow it with `ray job logs --follow {job}`", file=sys.stderr)
sys.exit(info.driver_exit_code or code)
PYTHON
