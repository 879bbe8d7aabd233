#!/usr/bin/env bash
# Makes the Python environment of the interop tests and native benchmarks, once per content of requirements.txt, outside the checkout.
# `setup.sh torch`, `setup.sh mlflow`, `setup.sh mlflow2` and `setup.sh feast` make others, of requirements-torch.txt and so on. The last line of its output is the path of the environment's python. HOLDFAST_VENV_ROOT and HOLDFAST_PYTHON override where and with what.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
requirements="$here/requirements${1:+-$1}.txt"
base_python="${HOLDFAST_PYTHON:-python3}"
root="${HOLDFAST_VENV_ROOT:-$HOME/.cache/holdfast}"

sha() { if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -c1-12; }

venv="$root/venv-$(sha "$requirements")"
if [ -f "$venv/complete" ]; then
  echo "$venv/bin/python"
  exit 0
fi

if ! command -v "$base_python" >/dev/null; then
  echo "setup.sh: '$base_python' was not found. The interop tests need Python 3.11 or newer with venv and pip; install it or set HOLDFAST_PYTHON." >&2
  exit 3
fi
if ! "$base_python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "setup.sh: $("$base_python" --version) is too old; the pinned packages need Python 3.11 or newer. Set HOLDFAST_PYTHON to one." >&2
  exit 3
fi

mkdir -p "$root"
# Two runs at once: the second waits and finds the environment complete. (Where flock does not exist, they are not kept apart.)
if command -v flock >/dev/null; then
  exec 9>"$venv.lock"
  flock 9
fi
if [ ! -f "$venv/complete" ]; then
  # A virtual environment holds absolute paths and cannot be renamed into place: it is built where it stays, and counts once `complete` exists.
  rm -rf "$venv"
  "$base_python" -m venv "$venv" 9>&- >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements" 9>&- >&2
  touch "$venv/complete"
fi
echo "$venv/bin/python"
