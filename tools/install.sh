#!/usr/bin/env bash
# Set up .venv from the hashed lock. Called by `make install`; safe to run again, quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  echo "make install: $1" >&2
  exit 2
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.11 python3.12 python3.13; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  return 1
}

python=$(find_python) || fail "Python 3.11, 3.12 or 3.13 is needed and none was found; name one with PYTHON=/path/to/python3"

# A venv whose making was interrupted has no pip; make it again.
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
  rm -rf .venv
  "$python" -m venv .venv >/dev/null 2>&1 || {
    rm -rf .venv
    fail "$python cannot make a virtual environment; on Debian: sudo apt-get install python3-venv"
  }
fi

if ! .venv/bin/python -c 'import uv' 2>/dev/null; then
  .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1' ||
    fail "uv could not be installed; is the Python package index reachable?"
fi

# Compiled to bytecode here, on all cores: Airflow starts a dozen processes for one run, and where Python may not write
# bytecode (PYTHONDONTWRITEBYTECODE, a read-only image) each of them would compile thousands of modules again.
echo "Installing the locked dependencies (once; 1.7 GB of disk) ..."
.venv/bin/uv pip install --quiet --python .venv/bin/python --compile-bytecode --require-hashes -r requirements.txt ||
  fail "the locked dependencies could not be installed; is the Python package index reachable, is the disk full?"
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable . ||
  fail "the project itself could not be installed into .venv"
.venv/bin/python -m compileall -q include dags plugins tools || true  # as the dependencies are, where that is possible
touch .venv/.installed
