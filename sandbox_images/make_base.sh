#!/usr/bin/env bash
# Makes a base image with Python 3.11 from Debian packages, where no image registry can be reached.
set -euo pipefail

tag=${1:-deepcoder-base:bookworm}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

command -v mmdebstrap >/dev/null || { echo "make_base: mmdebstrap is missing; run scripts/install_docker.sh." >&2; exit 1; }
[ -e "$keyring" ] || { echo "make_base: $keyring is missing; run scripts/install_docker.sh." >&2; exit 1; }

tar=$(mktemp)
trap 'rm -f "$tar"' EXIT

# "essential" leaves apt, its lists and its caches out. libstdc++6 is what numpy needs beyond Python's own needs.
# Perl's modules (48 MB) only serve the installation.
# shellcheck disable=SC2016  # mmdebstrap, not this shell, fills in $1.
mmdebstrap --quiet --variant=essential --include=python3,libstdc++6 --keyring="$keyring" --format=tar \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -r "$1"/usr/share/perl "$1"/usr/lib/*/perl "$1"/usr/lib/*/libperl.so*' \
  bookworm "$tar"
docker import "$tar" "$tag" >/dev/null
