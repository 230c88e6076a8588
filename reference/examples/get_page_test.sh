#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# get_page_test.sh PROGRAM FILE: PROGRAM prints what FILE holds, for a page that
# a server has and for one that it does not have; FILE says PORT for its port.
set -euo pipefail

command -v python3 >/dev/null || {
  echo "python3 was not found: install Debian's package python3"
  exit 1
}

served=$(mktemp -d "$TEST_TMPDIR/served.XXXXXX")
echo '<p>A page.</p>' >"$served/page.html"

# It says which port it has got once it listens.
coproc server {
  exec python3 -u -m http.server 0 --bind 127.0.0.1 --directory "$served" \
    2>"$served/log"
}
trap 'kill "$server_PID"' EXIT
read -r line <&"${server[0]}"
port=$(sed -E 's/.* port ([0-9]+) .*/\1/' <<<"$line")

for page in page.html nothing.html; do
  url=http://127.0.0.1:$port/$page
  echo "get_page $url"
  "$1" "$url" || echo "the program failed: exit code $?"
done >"$served/printed"

diff -u "$2" <(sed "s/127.0.0.1:$port/127.0.0.1:PORT/" "$served/printed")
