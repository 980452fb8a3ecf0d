# Runs while the image is built. Installs the packages that are its arguments; makes the compilers quick.
set -eu

if [ $# -gt 0 ]; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-install-recommends "$@" >/dev/null
  rm -rf /var/lib/apt/lists/*
fi

# g++ takes the precompiled header that lies beside the header, if it was made with the same flags. These are those of the
# table of languages.
if command -v g++ >/dev/null; then
  header=$(echo /usr/include/*/c++/*/bits/stdc++.h)
  mkdir -p "$header.gch"
  for standard in gnu++17 gnu++20 gnu++2b; do
    g++ -O2 -std=$standard -static -s -pipe -DONLINE_JUDGE -fmax-errors=5 -fdiagnostics-color=never \
      -x c++-header -o "$header.gch/$standard" "$header"
  done
fi

# Go wants a cache, and gets one that programs cannot change. Since 1.20 Go comes without its own library compiled.
if command -v go >/dev/null; then
  packages=fmt
  [ -e "$(go env GOROOT)/pkg/$(go env GOOS)_$(go env GOARCH)/fmt.a" ] || packages=std
  CGO_ENABLED=0 GO111MODULE=off GOPATH=/nonexistent GOCACHE=/opt/go-cache go build $packages
  chmod -R a+rX /opt/go-cache
fi
