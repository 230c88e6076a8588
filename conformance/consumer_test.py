#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and tests a workspace that uses this one, as a stranger would.

The workspace is consumer/. A copy of it, which knows this repository by another
name, is given to a Bazel of its own, without a network. What its backends come
to is checked, and what those are told who call conformance_test wrongly.

A cold build of the kit takes minutes. HEDDLE_DISK_CACHE, a folder, keeps what
it made:

    bazel test //conformance:consumer_test --test_env=HEDDLE_DISK_CACHE=/tmp/hd
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

HERE = pathlib.Path(sys.argv[0]).resolve().parent
# Not in the test's runfiles: what Bazel builds from is the tree itself.
TREE = HERE.parent
WORK = pathlib.Path(os.environ["TEST_TMPDIR"]).resolve()
COPY = WORK / "mine"

# What bazel says if all is well but some targets.
SOME_FAILED = (1, 3)

CALL = """
load("@contract//conformance:defs.bzl", "conformance_test")
load("@contract//third_party:cc.bzl", "cc_library")

cc_library(
    name = "backend",
    alwayslink = True,
)

"""

# Arguments of conformance_test to what must be said about them.
MISUSES = {
    "name_with_a_hyphen": (
        'name = "my-pool", backend = ":backend"',
        'conformance_test: name is "my-pool", must consist of lower-case '
        "letters, digits and '_'"),
    "no_name": (
        'name = "", backend = ":backend"',
        "conformance_test: name is \"\", must consist of"),
    "backends": (
        'name = "pool", backend = [":backend"]',
        'conformance_test "pool": backend is [":backend"], must be the label '
        "of one cc_library"),
    "no_backend": (
        'name = "pool"', "missing 1 required positional argument: backend"),
    "known_violations_in_place": (
        'name = "pool", backend = ":backend", known_violations = ["TP_11_A"]',
        'conformance_test "pool": known_violations is ["TP_11_A"], must be '
        "the label of one file"),
    "tag": (
        'name = "pool", backend = ":backend", tags = "manual"',
        'conformance_test "pool": tags is "manual", must be a list'),
    "unknown_attribute": (
        'name = "pool", backend = ":backend", patience = 30',
        'conformance_test "pool": patience = 30 is not for the caller to set; '
        "allowed: "),
    "attribute_of_the_macro": (
        'name = "pool", backend = ":backend", deps = [":backend"]',
        'conformance_test "pool": deps = [":backend"] is not for the caller '
        "to set; allowed: "),
}


def bazel(command, *arguments):
    """Status and output of one command in the copy."""
    options = []
    if command in ("build", "test"):
        options = ["--jobs=2", "--symlink_prefix=/", "--color=no",
                   "--show_progress_rate_limit=60", "--curses=no"]
        cache = os.environ.get("HEDDLE_DISK_CACHE")
        if cache:
            options.append(f"--disk_cache={cache}")
    done = subprocess.run(
        ["bazel", f"--output_user_root={WORK}/bazel", "--nohome_rc",
         "--host_jvm_args=-Xmx512m", command, *options, *arguments],
        cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    print(f"$ bazel {command} {' '.join(arguments)}\n{done.stdout}", flush=True)
    return done.returncode, done.stdout


def write(path, text):
    path = COPY / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def setUpModule():
    shutil.copytree(HERE / "consumer", COPY, symlinks=False)
    for path in COPY.rglob("*"):
        if path.name in ("BUILD", "WORKSPACE"):
            text = path.read_text().replace("@heddle//", "@contract//")
            text = text.replace('name = "heddle"', 'name = "contract"')
            path.write_text(text.replace('"../.."', f'"{TREE}"'))
    for name, (arguments, _) in MISUSES.items():
        write(f"misuse/{name}/BUILD", f"{CALL}conformance_test({arguments})\n")
    write("mistakes/BUILD", CALL + """
conformance_test(
    name = "unregistered",
    backend = ":backend",
)

conformance_test(
    name = "unlisted",
    backend = ":backend",
    known_violations = "nowhere.txt",
)
""")


def tearDownModule():
    bazel("shutdown")


class ConsumerTest(unittest.TestCase):

    def test_who_calls_the_macro_wrongly_is_told(self):
        _, output = bazel("query", "--keep_going", "//misuse/...")
        for name, (arguments, message) in MISUSES.items():
            with self.subTest(name):
                self.assertIn(message, output, arguments)

    def test_backends_come_to_what_they_are(self):
        status, output = bazel(
            "test", "--keep_going", "--test_output=errors",
            "//:crew_conformance",
            "//boastful:boastful_thread_pool_test",
            "//boastful:contrite_thread_pool_test",
            "//mistakes:unlisted_thread_pool_test",
            "//mistakes:unregistered_thread_pool_test")
        self.assertIn(status, SOME_FAILED)
        verdicts = dict(re.findall(r"^(//\S+) +(PASSED|FAILED) in", output,
                                   re.MULTILINE))
        self.assertEqual(verdicts, {
            "//:crew_conformance_reactor_test": "PASSED",
            "//:crew_conformance_thread_pool_test": "PASSED",
            "//:crew_conformance_threads_test": "PASSED",
            "//boastful:boastful_thread_pool_test": "FAILED",
            "//boastful:contrite_thread_pool_test": "PASSED",
            "//mistakes:unregistered_thread_pool_test": "FAILED",
        })
        for rule in (
                "TP_46_StopWithinADeadlineReportsWhatStillRunsAndWaits",
                "TP_50_TheWorkersOfUnnamedPoolsAreToldApart",
                "TP_50_WorkerNamesBeginWithPoolThreadCarryThePoolsNameAndAre"
                "Unique"):
            self.assertRegex(output, rf"FAILED +\] TP\.{rule}\b")
        self.assertIn("violated by backend: boastful", output)
        self.assertIn("no backend is linked into this test", output)
        self.assertIn("missing input file '//mistakes:nowhere.txt'", output)
        self.assertRegex(output, r"backend boastful: \d+ conform, 3 violate, ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
