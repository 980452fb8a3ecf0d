#!/usr/bin/env bash
# Makes a base image with Python 3.11 from Debian packages, where no image registry can be reached.
# Arguments: the tag made, then more packages to put into it.
set -euo pipefail

tag=${1:-deepcoder-base:bookworm}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
include=python3,libstdc++6 # which is what numpy needs beyond Python's own needs
for package in "${@:2}"; do include+=,$package; done
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "deepcoder: $*" >&2; exit 2; }
command -v mmdebstrap >/dev/null || fail "mmdebstrap is missing: install the package of that name."
[ -e "$keyring" ] || fail "$keyring is missing: install the package debian-archive-keyring."

tar=$(mktemp)
trap 'rm -f "$tar"' EXIT

# "essential" leaves apt, its lists and its caches out.
# Perl's modules (48 MB) only serve the installation.
# shellcheck disable=SC2016  # mmdebstrap, not this shell, fills in $1.
mmdebstrap --quiet --variant=essential --include="$include" --keyring="$keyring" \
  --dpkgopt="$here/languages/excluded_files" --format=tar \
  --customize-hook='rm -r "$1"/usr/share/perl "$1"/usr/lib/*/perl "$1"/usr/lib/*/libperl.so*' \
  bookworm "$tar"
docker import "$tar" "$tag" >/dev/null
