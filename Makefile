PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

MODELS := misf madf ctsdg
DEMO := runs/demo
BUNDLES := runs/bundles
LATER := data.size=256 data.batch_size=4 model.lr_schedule.end_factor=0.02
PROCESSES ?= 2

.PHONY: help setup demo test test-slow test-all lint format bundles fuzz chaos scale clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(INSTALLED)  ## create .venv with the pinned packages

$(INSTALLED): pyproject.toml .ci/constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint .ci/constraints.txt uv
	$(BIN)/uv pip install --python $(BIN)/python --constraint .ci/constraints.txt --editable '.[dev]'
	@touch $@

demo: setup  ## train three small networks on photographs and compare them
	rm -rf $(DEMO)
	@for model in $(MODELS); do \
		set -- $(BIN)/inpaint-zoo train experiment=demo_$$model run_dir=$(DEMO)/$$model; \
		echo "$$@"; "$$@" || exit; \
	done
	$(BIN)/inpaint-zoo compare experiment=demo_comparison output=$(DEMO) \
		$(foreach model,$(MODELS),methods.$(model)=$(DEMO)/$(model)/last.ckpt)

test: setup  ## run the fast tests in two processes (PROCESSES=N: in N)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses $(PROCESSES) --dist worksteal

test-slow: setup  ## run the slow tests, likewise
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow --numprocesses $(PROCESSES) --dist worksteal

test-all: test test-slow  ## run every test

lint: setup  ## check style, types and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup  ## format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bundles: setup  ## train the packaged networks anew on free photographs (hours; resumes)
	$(BIN)/python benchmarks/bundles/photographs.py $(BUNDLES)/data
	@for model in $(MODELS); do \
		run=$(BUNDLES)/$$model; frozen=$$([ $$model = misf ] || echo model.frozen_batch_norm=true); \
		set -- env OMP_NUM_THREADS=1 $(BIN)/inpaint-zoo train ckpt_path=auto experiment=bundle_$$model; \
		set -- "$$@" data.root=$(BUNDLES)/data; \
		"$$@" run_dir=$$run && \
		"$$@" run_dir=$${run}_256 init_from=$$run/last.ckpt $(LATER) model.optimizer.lr=4e-4 trainer.max_steps=2500 && \
		"$$@" run_dir=$${run}_long init_from=$${run}_256/last.ckpt $(LATER) $$frozen data.samples_per_epoch=32000 \
			model.optimizer.lr=1e-3 trainer.max_steps=8000 && \
		$(BIN)/inpaint-zoo import-weights model=$$model source=$${run}_long/last.ckpt \
			output=src/inpaint_zoo/bundles/$$model.safetensors force=true || exit; \
	done

fuzz: setup  ## damage files at random and read them for ten minutes
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/fuzz.py

chaos: setup  ## kill, starve and repeat trainings, sweeps, searches and comparisons for an hour at most
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/chaos.py

scale: setup  ## large folders, a long sweep in one process, W&B offline: seconds and memory
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/scale.py

clean:  ## remove what the targets have created
	rm -rf .venv .venv-* runs dist
