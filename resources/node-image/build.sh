#!/bin/bash
# build.sh SUITE PAYLOAD OUTPUT: makes a node image from the packages of this computer's own apt sources.
#   SUITE    the release's code name, e.g. the VERSION_CODENAME of /etc/os-release
#   PAYLOAD  a folder with key, pause.tar and demo.tar, copied into the image
#   OUTPUT   an existing empty folder; gets base.erofs, initrd and kernel
# Runs as root, or as an ordinary user who has subordinate ids (uidmap). Progress: "STEP <percent> <what>" lines on
# standard output; everything else goes to standard error.
# WHEELHOUSE_APT_SOURCES names a file of one-line apt sources to use in place of the computer's own.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
suite=$1 payload=$(realpath "$2") output=$(realpath "$3") here=$(dirname "$(realpath "$0")")
step() { echo "STEP $1 $2"; }
fail() { echo "$1" >&2; exit 1; }

for tool in mmdebstrap:mmdebstrap mkfs.erofs:erofs-utils xz:xz-utils; do
    command -v "${tool%%:*}" >/dev/null || fail "${tool%%:*} is missing: install the package ${tool##*:}"
done
mode=root
if [ "$(id -u)" != 0 ]; then
    mode=unshare
    command -v newuidmap >/dev/null || fail "newuidmap is missing: install the package uidmap"
fi

# The computer's own sources, of this release alone: third-party repositories have no place in a node.
sources=$output/sources.list
if [ -n "${WHEELHOUSE_APT_SOURCES:-}" ]; then
    cp "$WHEELHOUSE_APT_SOURCES" "$sources"
else
    apt-get indextargets --format '$(CREATED_BY) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' |
        awk -v suite="$suite" '$1 == "Packages" && ($4 == suite || $4 == suite "-updates" || $4 == suite "-security") {
            print $2, $3, $4, $5 }' | sort -u >"$sources"
fi
[ -s "$sources" ] || fail "apt on this computer has no sources for $suite: add them to /etc/apt and run apt-get update"
options=()
while IFS= read -r line; do options+=(--aptopt="$line"); done < <(apt-config dump | grep -E '^Acquire::(https?|ftp|Check-[A-Za-z-]+)(::.*)? "..*";$' || true)

step 5 "Fetching packages"
export TMPDIR=$output/work
mkdir "$TMPDIR"; chmod 1777 "$TMPDIR"
packages=$(sed '/^#/d;/^$/d' "$here/packages" | paste -sd,)
# In the background, so that the signal that ends this script reaches what it runs, which then tidies up after itself.
trap 'trap - TERM INT; kill 0; wait; exit 1' TERM INT
mmdebstrap --mode=$mode --variant=extract --format=null --skip=chroot/mount "${options[@]}" \
    --aptopt='Apt::Install-Recommends "false"' --aptopt='Acquire::Retries "1"' --aptopt='Acquire::http::Timeout "20"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --include="$packages" \
    --extract-hook='mkdir -p "$1/.wheelhouse"' \
    --extract-hook="copy-in '$here' '$payload' /.wheelhouse" \
    --extract-hook="bash '$here/customize.sh' \"\$1\" '$suite' '$(basename "$here")' '$(basename "$payload")'" \
    --extract-hook="download /.wheelhouse/out/base.erofs '$output/base.erofs'" \
    --extract-hook="download /.wheelhouse/out/initrd '$output/initrd'" \
    --extract-hook="download /.wheelhouse/out/kernel '$output/kernel'" \
    "$suite" - "$sources" &
wait $!
rm -rf "$TMPDIR"
for file in base.erofs initrd kernel; do [ -s "$output/$file" ] || fail "the image is not complete: $file is missing"; done
