# SPDX-License-Identifier: Apache-2.0
"""Conformance programs for tests: scripts that answer like one."""

import json
import os
import stat

_SCRIPT = """#!/usr/bin/env python3
import fnmatch, json, os, signal, sys
SPEC = json.loads({spec!r})
pattern = "*"
output = None
for argument in sys.argv[1:]:
    name, _, value = argument.partition("=")
    if name == "--gtest_list_tests":
        print("Running main() from main.cc\\nTP.")
        print("\\n".join("  " + rule for rule in SPEC["rules"]))
        sys.exit(0)
    if name == "--gtest_filter":
        pattern = value
    if name == "--gtest_output":
        output = value.partition(":")[2]
if SPEC["dies"]:
    os.kill(os.getpid(), signal.SIGSEGV)
tests = []
for rule, properties in SPEC["rules"].items():
    if not any(fnmatch.fnmatch("TP." + rule, one)
               for one in pattern.split(":")):
        continue
    test = {{"name": rule, "status": "RUN", "result": "COMPLETED",
            "time": "0.25s", "classname": "TP", "chapter": SPEC["chapter"]}}
    test.update(properties)
    if test.get("verdict") == "violates":
        test["failures"] = [{{"failure": test["reason"]}}]
    tests.append(test)
if not tests:
    sys.exit(3)
with open(output, "w") as file:
    json.dump({{"backend": SPEC["backend"], "backend_version": "1.2",
               "compiler": "12.2", "arguments": sys.argv[1:],
               "testsuites": [{{"name": "TP", "testsuite": tests}}]}}, file)
violated = any("failures" in test for test in tests)
sys.exit(SPEC["status"] if SPEC["status"] is not None else violated)
"""

CONFORMS = {"verdict": "conforms"}


def violates(reason):
    return {"verdict": "violates", "reason": reason}


def not_offered(reason):
    return {"verdict": "not_offered", "reason": reason, "result": "SKIPPED"}


def write(directory, backend, rules, chapter="thread_pool", dies=False,
          status=None):
    """Writes a program that holds `rules`, a dict of properties by rule.

    Returns its path.
    """
    path = os.path.join(directory, f"{backend}_{chapter}_rules")
    with open(path, "w", encoding="utf-8") as file:
        file.write(_SCRIPT.format(spec=json.dumps({
            "backend": backend, "rules": rules, "chapter": chapter,
            "dies": dies, "status": status})))
    os.chmod(path, stat.S_IRWXU)
    return path
