#!/usr/bin/env bash
# Finds PostgreSQL's server programs, installing Debian's package where they are missing (as root). The last line of its output is the directory
# that holds initdb and postgres. HOLDFAST_POSTGRES names one that is used as it is.
set -euo pipefail

find_bin() {
  local directory
  for directory in ${HOLDFAST_POSTGRES:-} $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V -r) \
    "$(pg_config --bindir 2>/dev/null || true)" "$(dirname "$(command -v initdb 2>/dev/null || echo /none/initdb)")"; do
    if [ -x "$directory/initdb" ] && [ -x "$directory/postgres" ]; then
      echo "$directory"
      return 0
    fi
  done
  return 1
}

if find_bin; then exit 0; fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "postgres.sh: initdb was not found. The interop tests of databases need a PostgreSQL server: install it (Debian: apt-get install postgresql) or set HOLDFAST_POSTGRES to its bin directory." >&2
  exit 3
fi
# Two at once: the second waits and finds it installed. (Where flock does not exist, apt's own lock keeps them apart.)
if command -v flock >/dev/null; then
  exec 9>"${TMPDIR:-/tmp}/holdfast-postgres.lock"
  flock 9
fi
if find_bin; then exit 0; fi
export DEBIAN_FRONTEND=noninteractive
install() { apt-get install -y -qq --no-install-recommends "$@" 9>&- >&2; }
apt-get update -qq 9>&- >&2
# The package starts a server of its own unless it is told beforehand; the tests start theirs.
install postgresql-common
mkdir -p /etc/postgresql-common/createcluster.d
echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/holdfast-tests.conf
install postgresql
find_bin
