#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every workload of the program given, as briefly as Google Benchmark can,
# for the check of its result that each makes; and every peer that it lists has
# workloads.
set -euo pipefail

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

"$1" --benchmark_min_time=0 --progress

workloads=$("$1" --benchmark_list_tests)
peers=$("$1" --list_peers)
grep -qx 'mutex_condvar pool -' <<<"$peers" ||
  fail "mutex_condvar, which needs no library, is not listed: $peers"
while read -r name kind flags; do
  [[ -n $flags ]] || fail "'$name $kind' has no flags"
  case $kind in
    pool) workload=submit ;;
    loop) workload=post ;;
    *) fail "$name is a '$kind'" ;;
  esac
  grep -q "^$workload/$name/" <<<"$workloads" || fail "no $workload/$name"
done <<<"$peers"
