#!/bin/sh
# Check this bundle of evidence: needs sh, sha256sum, ssh-keygen (OpenSSH 8.9 or newer), python3.
#   sh check.sh [--controllers FILE] [--after DIRECTORY] [--report]
# FILE: the controllers' keys as you have them from elsewhere; without it, those of the bundle.
# DIRECTORY: an older bundle, unpacked, which this one must go on from.
set -u
TZ=UTC LC_ALL=C
export TZ LC_ALL
here=$(cd "$(dirname "$0")" && pwd) || exit 1
keys=$here/controllers
before=
for word in "$@"; do
    [ "$before" = --controllers ] && keys=$word
    before=$word
done
fail() {
    echo "DOES NOT HOLD: $*"
    exit 1
}
at=-Overify-time=$(cat "$here/time")
who=$(ssh-keygen -Y find-principals -f "$keys" -s "$here/SHA256SUMS.sig" "$at" 2>/dev/null | head -n 1)
[ -n "$who" ] || fail "the bundle is signed by a key that is not in $keys"
ssh-keygen -Y verify -f "$keys" -I "$who" -n egovnet-evidence -s "$here/SHA256SUMS.sig" "$at" \
    <"$here/SHA256SUMS" >/dev/null 2>&1 || fail "the list of files is not as $who signed it"
(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS) || fail "a file is not as it was written"
[ "$(find "$here" ! -type d ! -name 'SHA256SUMS*' | wc -l)" -eq "$(wc -l <"$here/SHA256SUMS")" ] ||
    fail "there are files that the list does not name"
[ "$keys" = "$here/controllers" ] && echo "note: these are the bundle's own keys; compare their" \
    "fingerprints (ssh-keygen -lf controllers) with those that you have from elsewhere"
exec python3 -I "$here/check.py" "$@"
