#!/bin/sh
# Gives a virtual environment pip where Python came without ensurepip, as Debian's does: from Debian's own package of
# pip, unpacked into a temporary folder. Nothing is installed, so nobody needs to be root.
# usage: pip-from-debian.sh PYTHON
set -eu
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
cd "$folder"
echo "Fetching pip from Debian's packages…"
apt() {
  apt-get -qq -o Dir::State::Lists="$folder/lists" -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User="$(id -un)" "$@"
}
apt update
apt download python3-pip-whl
dpkg-deb -x python3-pip-whl_*.deb .
wheel=$(echo usr/share/python-wheels/pip-*.whl)
"$python" "$wheel/pip" install --quiet --no-index --no-deps "$wheel"
