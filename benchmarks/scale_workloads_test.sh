#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the workloads of the program given that do not take long, as briefly as
# Google Benchmark can, for the check of its result that each makes.
set -euo pipefail

"$1" --benchmark_min_time=0 \
  --benchmark_filter='/(workers:(1|2|64)|[a-z]+:1000?|[a-z]+:10000)/'
