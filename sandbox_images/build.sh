#!/usr/bin/env bash
# Builds a sandbox image. Settings: LANGUAGES (all, or names with commas; without it, Python alone), BASE (any glibc image
# with python3; for other languages, one of Debian or Ubuntu), IMAGE (the tag made), PYTHON (with pip).
set -euo pipefail
umask 022 # programs run under other uids, and must be able to read the libraries

python=${PYTHON:-python3}
official=python:3.11-slim
homemade=deepcoder-base:bookworm
every=(python pypy cpp cpp20 cpp23 c javascript java go rust) # as the table of languages has them
here=$(cd "$(dirname "$0")" && pwd)

fail() { echo "deepcoder: $*" >&2; exit 2; }
have() { docker image inspect "$1" >/dev/null 2>&1; }
digest() { sha256sum | cut -d' ' -f1; }

# The languages in the order of `every`, and the packages of Debian that they need.
IFS=', ' read -r -a asked <<<"${LANGUAGES:-python}"
[ "${asked[*]}" != all ] || asked=("${every[@]}")
for name in "${asked[@]}"; do
  [[ " ${every[*]} " == *" $name "* ]] || fail "no image has the language '$name': choose all, or some of ${every[*]}."
done
languages=(python)
packages=()
for name in "${every[@]:1}"; do
  [[ " ${asked[*]} " == *" $name "* ]] || continue
  languages+=("$name")
  case $name in
    pypy) packages+=(pypy3) ;;
    cpp | cpp20 | cpp23) packages+=(g++) ;;
    c) packages+=(gcc libc6-dev) ;;
    javascript) packages+=(nodejs) ;;
    java) packages+=(default-jdk-headless) ;;
    go) packages+=(golang-go) ;;
    rust) packages+=(rustc) ;;
  esac
done
if [ "${languages[*]}" = python ]; then
  name=py311
elif [ "${languages[*]}" = "${every[*]}" ]; then
  name=all
else
  name=$(IFS=-; echo "${languages[*]:1}")
fi
image=${IMAGE:-deepcoder-sandbox:$name}

docker info >/dev/null 2>&1 || fail "no image can be built, since no Docker engine answers here."

[ ${#packages[@]} = 0 ] || homemade+=-$(echo "${packages[*]}" | digest | head -c 8)
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
  bash "$here/make_base.sh" "$base" "${packages[@]}" || fail "the base could not be made from Debian packages."
fi

# The label tells a second run that nothing has changed.
recipe=$( (docker image inspect --format '{{.Id}}' "$base"; cat "$here"/build.sh "$here"/*/*; echo "${languages[*]}") | digest)
if [ "$(docker image inspect --format '{{index .Config.Labels "deepcoder.recipe"}}' "$image" 2>/dev/null)" = "$recipe" ]; then
  echo "$image is up to date."
  exit 0
fi

if [ ${#packages[@]} -gt 0 ]; then
  settings=(--build-arg "BASE=$base")
  if [ "$base" = "$homemade" ]; then # it has the packages
    settings+=(--network none)
  else
    settings+=(--build-arg "PACKAGES=${packages[*]}")
  fi
  base=deepcoder-base:$name
  docker build --quiet "${settings[@]}" --tag "$base" "$here/languages" >/dev/null \
    || fail "the packages of ${languages[*]:1} could not be put into the image; the messages are above."
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
  || fail "pip could not fetch the libraries for Python $version on $machine (the pip is that of $python)."

docker build --quiet --network none --build-arg "BASE=$base" --tag "$image" \
  --label "deepcoder.recipe=$recipe" --label "deepcoder.languages=$(IFS=,; echo "${languages[*]}")" "$context" >/dev/null \
  || fail "docker build failed; its messages are above."
size=$(docker image inspect --format '{{.Size}}' "$image" | numfmt --to=si --round=nearest)
echo "$image is built on $base: ${languages[*]}, Python $version, ${size}B."
