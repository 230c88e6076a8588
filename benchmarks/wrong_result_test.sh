#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A backend that forgets tasks gets no figures, and the program fails.
set -euo pipefail
export HEDDLE_PATIENCE_SECONDS=0.1

fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

for workload in submit one_at_a_time idle_1ms submitter_busy starvation spawn \
  mixed start_stop_one_task; do
  status=0
  output=$("$1" --benchmark_min_time=0 \
    --benchmark_filter="^$workload/forgetful" 2>&1) || status=$?
  printf '%s\n' "$output"
  ((status == 1)) || fail "$workload: exit status $status, expected 1"
  grep -q "^WRONG RESULT: $workload/forgetful[/:]" <<<"$output" ||
    fail "$workload: no wrong result was reported"
done

# What it measures right stays right.
"$1" --benchmark_min_time=0 --benchmark_filter='^floor/null_backend/'

status=0
"$1" --benchmark_filter='no such workload' || status=$?
((status == 2)) || fail "nothing measured: exit status $status, expected 2"
status=0
"$1" --no_such_flag || status=$?
((status == 2)) || fail "unknown flag: exit status $status, expected 2"
