#!/usr/bin/env bash
# Puts the runsc of Debian 13 into a folder, without installing it: that of Debian 12 does not start in a pod.
set -euo pipefail
mkdir -p "$1"
folder=$(cd "$1" && pwd)
apt=$(mktemp -d)
trap 'rm -rf "$apt"' EXIT
# shellcheck disable=SC2016  # apt-get, not this shell, fills in $(SITE).
site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Component: main' | sed -n 1p)
mkdir -p "$apt/lists/partial" "$apt/archives/partial"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site trixie main" >"$apt/sources.list"
options=(-qq -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null)
options+=(-o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
cd "$apt"
apt-get "${options[@]}" download runsc
dpkg-deb --fsys-tarfile runsc_*.deb | tar -xO ./usr/bin/runsc >"$folder/runsc"
chmod 755 "$folder/runsc"
