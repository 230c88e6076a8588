#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs every workload of the program given, as briefly as Google Benchmark can,
# for the check of its result that each makes.
set -euo pipefail

"$1" --benchmark_min_time=0 --progress
