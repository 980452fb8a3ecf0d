#!/usr/bin/env bash
# Builds the sandbox image. Settings: BASE (any glibc image with python3), IMAGE (the tag made), PYTHON (with pip).
set -euo pipefail
umask 022 # programs run under other uids, and must be able to read the libraries

image=${IMAGE:-deepcoder-sandbox:py311}
python=${PYTHON:-python3}
official=python:3.11-slim
homemade=deepcoder-base:bookworm
here=$(cd "$(dirname "$0")/../sandbox_images" && pwd)

fail() { echo "build_image: $*" >&2; exit 1; }
have() { docker image inspect "$1" >/dev/null 2>&1; }

docker info >/dev/null 2>&1 || fail "no Docker daemon answers; run scripts/install_docker.sh."

if [ -n "${BASE:-}" ]; then
  base=$BASE
  have "$base" || docker pull --quiet "$base" >/dev/null || fail "the base image $base cannot be pulled."
elif have "$official"; then
  base=$official
elif have "$homemade"; then
  base=$homemade
elif timeout 120 docker pull --quiet "$official" >/dev/null 2>&1; then
  base=$official
else
  base=$homemade
  echo "$official cannot be pulled here, so the base is made from Debian packages, once, as $base."
  "$here/make_base.sh" "$base" || fail "the base could not be made from Debian packages."
fi

# The label tells a second run that nothing has changed.
recipe=$( (docker image inspect --format '{{.Id}}' "$base"; cat "$0" "$here"/python/*) | sha256sum | cut -d' ' -f1)
if [ "$(docker image inspect --format '{{index .Config.Labels "deepcoder.recipe"}}' "$image" 2>/dev/null)" = "$recipe" ]; then
  echo "$image is up to date."
  exit 0
fi

target=$(docker run --rm --network none --entrypoint python3 "$base" -c '
import platform, sys
print("%d.%d" % sys.version_info[:2], platform.machine())') || fail "$base has no usable python3."
read -r version machine <<<"$target"

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
cp "$here/python/Dockerfile" "$context"

# The host's pip fetches for the image's Python: its settings (index, certificates, proxy) hold, and the image needs no pip.
"$python" -m pip install -qq --no-compile --no-deps --target "$context/libs" --requirement "$here/python/requirements.txt" \
  --only-binary=:all: --implementation cp --python-version "$version" \
  --platform "manylinux2014_$machine" --platform "manylinux_2_28_$machine" \
  || fail "pip could not fetch the libraries for Python $version on $machine (PYTHON names the interpreter whose pip is used: $python)."

docker build --quiet --network none --build-arg "BASE=$base" --label "deepcoder.recipe=$recipe" --tag "$image" "$context" >/dev/null \
  || fail "docker build failed; its messages are above."
echo "$image is built on $base: Python $version, $(docker image inspect --format '{{.Size}}' "$image" | numfmt --to=si --round=nearest)B."
