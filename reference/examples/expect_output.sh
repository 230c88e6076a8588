#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# expect_output.sh PROGRAM FILE: PROGRAM ends well and prints what FILE holds.
set -euo pipefail
diff -u "$2" <("$1" || echo "the program failed: exit code $?")
