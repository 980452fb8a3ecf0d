#!/usr/bin/env bash
# Makes this machine a node of a Ray cluster: Python packages, Docker, the sandbox image, `ray start`. Safe to run again:
# what is there is left as it is. Debian and Ubuntu; as root, or as a user who may sudo. Arguments go to `ray start`.
# Settings: ADDRESS (the cluster to join, such as head:6379; without it, Ray is not started), FROM (where the image
# comes from: a file that `docker save` wrote, or a registry's name for it; without it, it is built here), IMAGE (the tag
# that the pool asks for), SANDBOX (docker; none where programs run as processes, or on other nodes), EXTRAS (of the
# package: train where the trainer runs), PYTHON (makes .venv; the same version on every node).
set -euo pipefail
cd "$(dirname "$0")/.."

address=${ADDRESS:-}
from=${FROM:-}
image=${IMAGE:-deepcoder-sandbox:py311}
sandbox=${SANDBOX:-docker}
extras=${EXTRAS:-}
python=${PYTHON:-python3}

fail() { echo "setup_node: $*" >&2; exit 1; }
say() { echo "setup_node: $*"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n --preserve-env "$@"; fi; }
answers() { timeout 5 docker info >/dev/null 2>&1; }
id_of() { docker image inspect --format '{{.Id}}' "$1" 2>/dev/null; }

# The packages.
recipe=$( (cat pyproject.toml constraints.txt; echo "$extras") | sha256sum)
if [ "$(cat .venv/node 2>/dev/null)" = "$recipe" ]; then
  say "the Python packages are there."
else
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$python must be Python 3.11 or newer (PYTHON)."
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then # Debian and Ubuntu have it in a package of its own
    as_root apt-get update -qq && as_root apt-get install --yes -qq python3-venv >/dev/null \
      || fail "apt-get could not install python3-venv."
  fi
  [ -x .venv/bin/python ] || "$python" -m venv .venv
  .venv/bin/python -m pip install --quiet --constraint constraints.txt --editable ".${extras:+[$extras]}" \
    || fail "pip could not install the packages."
  echo "$recipe" >.venv/node
  say "the Python packages are installed in .venv."
fi

# The engine, and its image.
if [ "$sandbox" = docker ]; then
  if answers; then
    say "Docker answers."
  else
    [ -z "${DEEPCODER_IN_GROUP:-}" ] || fail "Docker does not answer to $(id -un)."
    as_root scripts/install_docker.sh
    if ! answers; then # to us; a login has the groups that it began with
      as_root usermod --append --groups docker "$(id -un)"
      DEEPCODER_IN_GROUP=1 exec sg docker -c "$(printf '%q ' "scripts/$(basename "$0")" "$@")"
    fi
  fi
  if [ -z "$from" ]; then
    PYTHON=.venv/bin/python sandbox_images/build.sh
  elif [ -f "$from" ]; then
    # What the file names it by depends on the engine's image store.
    there=$(id_of "$image" || true)
    named=$( (tar -xOf "$from" manifest.json; tar -xOf "$from" index.json 2>/dev/null || true) | tr -d '\n')
    if [ -n "$there" ] && [[ $named == *"${there#sha256:}"* ]]; then
      say "$image is that of $from."
    else
      docker load --quiet --input "$from" >/dev/null || fail "docker could not load $from."
      [ -n "$(id_of "$image")" ] || fail "$from has no image $image."
      say "$image is loaded from $from."
    fi
  elif [ -n "$(id_of "$from")" ] && [ "$(id_of "$from")" = "$(id_of "$image")" ]; then
    say "$image is $from."
  else
    docker pull --quiet "$from" >/dev/null || fail "$from is no file, and docker could not pull it."
    docker tag "$from" "$image"
    say "$image is pulled from $from."
  fi
fi

# Ray.
[ -n "$address" ] || exit 0
# A token in this file means that the cluster asks for it, but `ray start --address` sends it only when told so.
[ ! -e ~/.ray/auth_token ] || export RAY_AUTH_MODE=${RAY_AUTH_MODE-token}
ip=$(getent ahostsv4 "${address%:*}" | awk 'NR == 1 { print $1 }') || fail "nobody knows the host of $address (ADDRESS)."
runs_ray() { # as a node of that cluster; other processes of Ray may outlive a raylet
  for found in $(grep -lsz -- "^--gcs-address=$ip:${address##*:}$" /proc/[0-9]*/cmdline || true); do
    if grep -qsx raylet "${found%/cmdline}/comm"; then return 0; fi
  done
  return 1
}
if runs_ray; then
  say "Ray runs here as a node of $address."
else
  ulimit -n 65536 2>/dev/null || true
  .venv/bin/ray start --address="$ip:${address##*:}" "$@" || fail "this node could not join $address."
fi
