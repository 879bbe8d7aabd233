#!/usr/bin/env bash
# A Chromium to look at reports with. The last line of the output is its path. HOLDFAST_CHROMIUM names another; Debian's package is installed where
# there is none and this user may.
set -euo pipefail

if [ -n "${HOLDFAST_CHROMIUM:-}" ]; then
  echo "$HOLDFAST_CHROMIUM"
  exit 0
fi
find_browser() {
  for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then return 0; fi
  done
  return 1
}
if ! find_browser >/dev/null; then
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "chromium.sh: no Chromium was found. Install it (apt-get install chromium) or set HOLDFAST_CHROMIUM." >&2
    exit 3
  fi
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >&2
fi
find_browser
