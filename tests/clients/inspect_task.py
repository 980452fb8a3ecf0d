"""Evaluate with inspect_ai: `python inspect_task.py URL HURRIED_URL DATA COMPLETIONS`, in an environment that has it.

The second service judges in time only what is quick.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

from inspect_ai import Epochs, eval, task_with
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput, ModelUsage, get_model

from deepcoder.integrations.inspect_ai import code

url, failing_url, data, completions = sys.argv[1:]


def evaluated(pool: str, *texts: str) -> EvalLog:
    """Return the log of an evaluation in which the model gives these answers, one for each epoch."""
    outputs = [ModelOutput.from_content("mockllm/model", text) for text in texts]
    for output in outputs:
        output.usage = ModelUsage()  # else it counts them, with what it would have to download
    model = get_model("mockllm/model", custom_outputs=outputs)
    task = task_with(code(pool, data), epochs=Epochs(len(texts), "mean"))
    [log] = eval(task, model=model, display="none", log_dir="logs", max_samples=1)
    assert log.status == "success", log.error
    return log


cases = json.loads(Path(completions).read_text())
log = evaluated(url, *(text for text, _ in cases))
scores = [sample.scores["all_tests_passed"] for sample in log.samples]
assert [score.metadata["verdict"] for score in scores] == [verdict for _, verdict in cases], scores
assert [score.value for score in scores] == ["C" if verdict == "AC" else "I" for _, verdict in cases], scores
assert scores[0].answer == "print(int(input()) + 1)", scores[0]
assert "on test" in scores[1].explanation, scores[1]
assert math.isclose(log.results.scores[0].metrics["accuracy"].value, 1 / len(cases)), log.results

log = evaluated(failing_url, "```python\nimport time\ntime.sleep(20)\n```")
[result] = log.results.scores
assert (result.scored_samples, result.unscored_samples) == (0, 1), result
assert "attempts failed" in log.samples[0].scores["all_tests_passed"].explanation, log.samples
