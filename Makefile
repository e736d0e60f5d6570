# make lab    opens JupyterLab on the tutorials          PORT=8888  BROWSER=none  IP=127.0.0.1
# make test   checks and tests everything
# Both make the environment .venv first, once.           PYTHON=python3.12  GPU=1

SHELL := /bin/sh
VENV := .venv
PYTHON ?=
PORT ?=
IP ?= 127.0.0.1
GPU ?=
BIN := $(VENV)/bin
export JUPYTER_PREFER_ENV_PATH := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1


comma := ,
LAB_EXTRAS := lab$(if $(GPU),$(comma)gpu)

.PHONY: help lab test lint pytest test-oldest env-lab env-test kernels constraints clean

help:
	@sed -n 's/^# //p' Makefile

# What an environment depends on: the requirements, the folder it stands in, and the scripts that make it.
key = $(1) $$(pwd) $$(cat pyproject.toml constraints.txt lib/bouton/_version.py lib/bouton/notebooks/_kernels.py | cksum)

# $(1): the environment's folder. Leaves a fitting one alone; PYTHON=... replaces one of another version.
define make_venv
	suits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))'; \
	version='import sys; print(sys.version_info[:2])'; \
	if [ -n "$(PYTHON)" ] && [ -x $(1)/bin/python ] && [ "$$($(1)/bin/python -c "$$version")" != "$$("$(PYTHON)" -c "$$version" 2>/dev/null)" ]; then \
		rm -rf $(1); \
	fi; \
	if ! $(1)/bin/python -c "$$suits" 2>/dev/null || ! $(1)/bin/python -m pip --version >/dev/null 2>&1; then \
		rm -rf $(1); found=; \
		for candidate in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
			if "$$candidate" -c "$$suits" 2>/dev/null; then found="$$candidate"; break; fi; \
		done; \
		if [ -z "$$found" ]; then \
			echo "bouton needs Python 3.11, 3.12 or 3.13 with its venv module, and $(or $(PYTHON),none of python3.13 python3.12 python3.11 python3) is not one: install it, or name one with PYTHON=/path/to/python." >&2; \
			exit 1; \
		fi; \
		echo "making $(1) with $$("$$found" --version)"; \
		"$$found" -m venv $(1) || exit 1; \
	fi
endef

# $(1): the environment's folder; $(2): what to install; $(3): the stamp's name.
define install
	@$(call make_venv,$(1)); \
	key="$(call key,$(2))"; \
	if [ "$$(cat $(1)/$(3) 2>/dev/null)" != "$$key" ]; then \
		echo "installing $(2) into $(1) (a few minutes the first time; the log is $(1)/pip.log)"; \
		if ! $(1)/bin/python -m pip install --quiet --progress-bar off --log $(1)/pip.log $(2) 2>$(1)/pip.err; then \
			tail -n 3 $(1)/pip.err >&2; \
			echo "pip could not install what bouton needs: see that this machine reaches a package index and has some gigabytes of disk left, then run make again ($(1)/pip.log tells more)." >&2; \
			exit 1; \
		fi; \
		$(1)/bin/bouton notebooks install-kernels --sys-prefix >/dev/null || exit 1; \
		$(1)/bin/jupyter labextension disable --level=sys_prefix @jupyterlab/apputils-extension:announcements >/dev/null 2>&1; \
		echo "$$key" >$(1)/$(3); \
	fi
endef

env-lab:
	$(call install,$(VENV),-c constraints.txt -e .[$(LAB_EXTRAS)],.stamp-lab)

env-test:
	$(call install,$(VENV),-c constraints.txt -e .[test],.stamp-test)

# Without PORT, JupyterLab takes the next free port when 8888 is taken; a PORT that was asked for is kept to.
lab: env-lab
	@exec $(BIN)/jupyter lab --notebook-dir=notebooks --ip=$(IP) \
		--port=$(or $(PORT),8888) $(if $(PORT),--ServerApp.port_retries=0) \
		--LabApp.extension_manager=readonly \
		$(if $(filter none,$(BROWSER)),--no-browser) \
		$$([ "$$(id -u)" != 0 ] || echo --allow-root)

test: lint pytest

lint: env-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --pythonpath $(BIN)/python

pytest: env-test
	$(BIN)/python -m pytest --nbval --nbval-kernel-name=bouton-cpu $(ARGS)

# Writes both pinned lists anew from pyproject.toml: names and versions only, for every Python at once.
constraints: env-test
	$(PIN) --universal --python-version 3.11 --fork-strategy fewest --upgrade \
		--extra test --extra bench --extra gpu -o constraints.txt
	$(PIN) --python-version 3.12 --python-platform linux --upgrade \
		--extra lab -c constraints.txt -o binder/requirements.txt

PIN = UV_CUSTOM_COMPILE_COMMAND="make constraints" $(BIN)/uv pip compile pyproject.toml --quiet --no-annotate --no-emit-index-url --no-emit-package bouton

types: env-test
	$(BIN)/pyright --pythonpath $(BIN)/python

clean:
	rm -rf $(VENV) .venv-oldest .pytest_cache .ruff_cache build dist
