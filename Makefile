# make lab     opens JupyterLab on the tutorials           PORT=8888  BROWSER=none  IP=127.0.0.1
# make explore opens a running network in the browser      MODEL=file.py:name  PORT=5007  BROWSER=none  IP=127.0.0.1
# make test    checks and tests everything
# make docs    builds the site into build/site
# All make the environment .venv first, once.             PYTHON=python3.12  GPU=1
#
# make lint, make types, make pytest ARGS='-m "not slow"'  the parts of make test
# make test-long                                           what takes long and is left out of make test
# make test-oldest                                         the quick tests on the oldest JAX supported
# make constraints                                         pins the newest releases of everything
# make clean                                               removes the environments

SHELL := /bin/sh
PYTHON ?=
PORT ?=
IP ?= 127.0.0.1
GPU ?=
MODEL ?=
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PYTHONS := python3.13 python3.12 python3.11 python3
comma := ,
LAB := lab$(if $(GPU),+gpu)

# Of two kernelspecs with one name, the environment's is the one that counts, not one left in the home folder.
export JUPYTER_PREFER_ENV_PATH := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help lab explore test docs lint types pytest test-long test-oldest constraints env-lab env-test env-docs clean

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

# $(1): an environment's folder. One that fits is kept; PYTHON=... replaces one of another version, and a clone that was
# moved gets a new one, because the commands in an environment name its folder. What make did not make it never removes.
define make_venv
	fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
	version='import sys; print(sys.version_info[:2])'; \
	if [ -e $(1)/.made-in ]; then \
		if [ "$$(cat $(1)/.made-in)" != "$$(pwd)" ] || ! $(1)/bin/python -c "$$fits" 2>/dev/null; then \
			rm -rf $(1); \
		elif [ -n "$(PYTHON)" ] && [ "$$($(1)/bin/python -c "$$version")" != "$$("$(PYTHON)" -c "$$version" 2>&1)" ]; then \
			rm -rf $(1); \
		fi; \
	elif [ -e $(1) ]; then \
		echo "$(1) is not an environment that make made: move or remove it, then run make again." >&2; \
		exit 1; \
	fi; \
	if [ ! -d $(1) ]; then \
		found=; \
		for candidate in $(if $(PYTHON),"$(PYTHON)",$(PYTHONS)); do \
			if "$$candidate" -c "$$fits" 2>/dev/null; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "bouton needs Python 3.11, 3.12 or 3.13 with its venv module, which $(or $(PYTHON),none of $(PYTHONS)) is not: install one, or name one with PYTHON=/path/to/python." >&2; \
			exit 1; \
		fi; \
		echo "making $(1) with $$("$$found" --version)"; \
		mkdir $(1) && pwd >$(1)/.made-in && "$$found" -m venv $(1) || exit 1; \
	fi
endef

# $(1): an environment's folder; $(2): what pip installs; $(3): the stamp it leaves; $(4): another stamp that will do;
# $(5): what to run afterwards.
define install
	@$(make_venv); \
	wanted=$$(cat pyproject.toml constraints*.txt lib/bouton/_version.py lib/bouton/notebooks/_kernels.py | cksum); \
	for stamp in $(3) $(4); do [ "$$(cat $(1)/$$stamp 2>/dev/null)" != "$$wanted" ] || exit 0; done; \
	echo "installing into $(1) (minutes the first time)"; \
	pip="$(1)/bin/python -m pip install --quiet --progress-bar off --log $(1)/pip.log"; \
	if ! { $$pip -c constraints.txt hatchling editables && $$pip --no-build-isolation $(2); } >/dev/null 2>&1; then \
		echo "pip could not install what bouton needs: see that this machine reaches a package index and has room on its disk, then run make again ($(1)/pip.log tells what pip said)." >&2; \
		exit 1; \
	fi; \
	$(or $(5),:) && echo "$$wanted" >$(1)/$(3)
endef

KERNELS = $(BIN)/bouton notebooks install-kernels --sys-prefix >/dev/null && \
	$(BIN)/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements 2>/dev/null

env-lab:
	$(call install,$(VENV),-c constraints.txt -e .[$(subst +,$(comma),$(LAB))],.stamp-$(LAB),$(if $(GPU),,.stamp-test),$(KERNELS))

env-test:
	$(call install,$(VENV),-c constraints.txt -e .[test],.stamp-test,,$(KERNELS))

env-docs:
	$(call install,$(VENV),-c constraints.txt -e .[docs],.stamp-docs,.stamp-test)

# A PORT that was asked for is kept to; otherwise JupyterLab takes the next free one when 8888 is taken.
lab: env-lab
	@exec $(BIN)/jupyter lab --ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks --ip=$(IP) \
		--port=$(or $(PORT),8888) $(if $(PORT),--ServerApp.port_retries=0) \
		--LabApp.extension_manager=readonly \
		$(if $(filter none,$(BROWSER)),--no-browser) \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root)

explore: env-lab
	@exec $(BIN)/bouton explore $(if $(MODEL),"$(MODEL)") --address=$(IP) $(if $(PORT),--port=$(PORT)) \
		$(if $(filter none,$(BROWSER)),--no-browser)

# What has not changed since the last time is not built again.
docs: env-docs
	@mkdir -p build/site-sources
	JAX_PLATFORMS=cpu $(BIN)/python -m sphinx -j auto -W --keep-going -q -c docs -d build/site-state build/site-sources build/site
	@echo "The site is built: open file://$(CURDIR)/build/site/index.html"

test: lint types pytest

lint: env-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: env-test
	$(BIN)/pyright --pythonpath $(BIN)/python

PYTEST = $(BIN)/python -m pytest --nbval --nbval-kernel-name=bouton-cpu --nbval-cell-timeout=120 --notebook-mb=1500

# Two processes, each a file at a time; then, apart from what computes all the time, what drives a browser.
pytest: env-test
	PYTHONHASHSEED=0 $(PYTEST) $(or $(ARGS),-n 2 --dist loadfile -m "not browser and not long")
	$(if $(ARGS),,$(PYTEST) -n 2 --dist loadfile -m "browser and not long" tests/browser tests/benchmarks)

test-long: env-test
	$(PYTEST) -n 2 --dist loadfile -m long $(or $(ARGS),tests)

test-oldest:
	$(call install,.venv-oldest,-r constraints-oldest.txt -e .,.stamp)
	.venv-oldest/bin/python -m pytest -m "not slow and not browser" $(or $(ARGS),tests/test_structure.py tests/bouton)

# Names and versions only, for every Python at once, and from them those of a Binder.
PIN = UV_CUSTOM_COMPILE_COMMAND="make constraints" $(BIN)/uv pip compile pyproject.toml \
	--quiet --upgrade --no-annotate --no-emit-index-url --no-emit-package bouton

constraints: env-test
	$(PIN) --universal --python-version 3.11 --fork-strategy fewest \
		--extra test --extra bench --extra gpu -o constraints.txt
	$(PIN) --python-version 3.12 --python-platform linux --extra lab -c constraints.txt -o binder/requirements.txt

clean:
	rm -rf $(VENV) .venv-oldest .pytest_cache .ruff_cache build dist
