#!/usr/bin/env bash
# Installs and starts Docker, and what makes a base image without a registry, on Debian and Ubuntu. Where gVisor's runsc is
# on the path, the engine learns of it as a runtime. Safe to run again.
set -euo pipefail

log=/var/log/dockerd.log
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

fail() { echo "install_docker: $*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }
answers() { timeout 5 docker info >/dev/null 2>&1; }

[ "$(id -u)" = 0 ] || fail "run this as root."
has apt-get || fail "this is for Debian and Ubuntu, and there is no apt-get here."

packages=()
has dockerd || answers || packages+=(docker.io ca-certificates)
has iptables || packages+=(iptables)
has mmdebstrap || packages+=(mmdebstrap)
[ -e "$keyring" ] || packages+=(debian-archive-keyring) # Ubuntu does not come with it

install() { DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "$@" >/dev/null; }
if [ ${#packages[@]} -gt 0 ]; then
  apt-get update -qq || fail "apt-get update failed."
  install "${packages[@]}" || fail "apt-get could not install ${packages[*]}."
fi
# Newer releases keep the client in a package of its own.
has docker || install docker-cli || fail "apt-get could not install docker-cli."

if ! answers; then
  if [ -d /run/systemd/system ]; then
    log="journalctl -u docker"
    systemctl enable --quiet --now docker || fail "systemd could not start Docker; see $log."
  else
    setsid dockerd >>"$log" 2>&1 </dev/null &
  fi
  deadline=$((SECONDS + 30))
  until answers; do
    [ $SECONDS -lt $deadline ] || fail "Docker does not answer after 30 s; see $log."
    sleep 0.5
  done
fi
# The engine reads its runtimes again by a signal, under which containers run on.
has_runsc() { [[ $(docker info --format '{{json .Runtimes}}') == *'"runsc"'* ]]; }
if has runsc && [ -e /var/run/docker.pid ] && ! has_runsc; then
  mkdir -p /etc/docker
  # Sandboxes have no network, and older versions cannot have one on newer kernels.
  runsc install --runtime=runsc -- --network=none >/dev/null 2>&1 \
    || fail "runsc could not be added to /etc/docker/daemon.json."
  kill -HUP "$(cat /var/run/docker.pid)"
  deadline=$((SECONDS + 30))
  until has_runsc; do
    [ $SECONDS -lt $deadline ] || fail "Docker does not know the runtime runsc after 30 s; see $log."
    sleep 0.5
  done
  echo "Docker has the runtime runsc."
fi
echo "Docker $(docker version --format '{{.Server.Version}}') is installed and answers."
