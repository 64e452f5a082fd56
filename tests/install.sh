#!/usr/bin/env bash
# Installs what a test needs by the system's package manager. Where it knows none, or may not use it, it names the one
# command that is left to a person.
#
#   tests/install.sh node|python-venv|glewlwyd|chromium|gnome-keyring
set -euo pipefail

case "${1:-}" in
node)
  what="Node and npm: the sign-in tests start OAuth servers from npm"
  apt="nodejs npm" dnf="nodejs npm" zypper="nodejs npm" apk="nodejs npm" pacman="nodejs npm" brew="node"
  ;;
python-venv)
  what="Python's venv: the sign-in tests start an OAuth server from PyPI"
  apt="python3-venv" dnf="python3" zypper="python3" apk="python3" pacman="python" brew="python"
  ;;
glewlwyd)
  what="Debian's OAuth server glewlwyd, for the sign-in tests"
  apt="glewlwyd" dnf="" zypper="" apk="" pacman="" brew=""
  ;;
chromium)
  what="Chromium, for the browser test"
  apt="chromium" dnf="chromium" zypper="chromium" apk="chromium" pacman="chromium" brew=""
  ;;
gnome-keyring)
  what="GNOME's keyring, for the keyring test"
  apt="gnome-keyring libsecret-tools dbus" dnf="gnome-keyring libsecret dbus-daemon" zypper="gnome-keyring libsecret-tools dbus-1"
  apk="gnome-keyring libsecret dbus" pacman="gnome-keyring libsecret dbus" brew=""
  ;;
*)
  echo "usage: tests/install.sh node|python-venv|glewlwyd|chromium|gnome-keyring" >&2
  exit 2
  ;;
esac

has() { command -v "$1" >/dev/null; }

# The first manager that is there and has it.
install="" update=""
if [ -n "$apt" ] && has apt-get; then
  update="apt-get update -qq" install="apt-get install -y -qq --no-install-recommends $apt"
elif [ -n "$dnf" ] && has dnf; then
  install="dnf install -y -q $dnf"
elif [ -n "$zypper" ] && has zypper; then
  install="zypper --quiet --non-interactive install $zypper"
elif [ -n "$apk" ] && has apk; then
  install="apk add --quiet $apk"
elif [ -n "$pacman" ] && has pacman; then
  install="pacman -Sy --noconfirm --needed $pacman"
elif [ -n "$brew" ] && has brew; then
  install="brew install --quiet $brew"
fi

if [ -z "$install" ]; then
  echo "setup: install $what. On Debian: apt-get install $apt" >&2
  exit 1
fi
as=""
if [ "$EUID" -ne 0 ] && [ "${install%% *}" != brew ]; then
  # A password cannot be asked for in the middle of a build.
  if ! has sudo || ! sudo -n true 2>/dev/null; then
    echo "setup: install $what. Run: sudo $install" >&2
    exit 1
  fi
  as=sudo
fi
echo "setup: installing $what: $install" >&2
if ! { { [ -z "$update" ] || $as $update; } && DEBIAN_FRONTEND=noninteractive $as $install; } >/dev/null; then
  echo "error: could not install $what. Run: $install" >&2
  exit 1
fi
