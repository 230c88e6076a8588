"""The rule repositories that Bazel downloads by itself, for offline use.

An official Bazel fetches rules_cc, rules_java and its coverage tools when the
first C++ test is built. Debian's Bazel must work without a network, so here
they are, as small as C++ needs them: rules that forward to the ones built into
Bazel. `bazel coverage` needs the real tools and does not work with these.
"""

_RULES_CC = """
cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_proto_library = native.cc_proto_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite
objc_library = native.objc_library
"""

_RULES_JAVA = """
java_binary = native.java_binary
java_import = native.java_import
java_library = native.java_library
java_runtime = native.java_runtime
java_toolchain = native.java_toolchain
"""

_COVERAGE_TOOLS = """
filegroup(
    name = "coverage_report_generator",
    visibility = ["//visibility:public"],
)

filegroup(
    name = "lcov_merger",
    visibility = ["//visibility:public"],
)
"""

def _written_repository_impl(repository_ctx):
    for path, content in repository_ctx.attr.files.items():
        repository_ctx.file(path, content)

_written_repository = repository_rule(
    implementation = _written_repository_impl,
    attrs = {"files": attr.string_dict(doc = "Path to content.")},
    doc = "A repository whose files are given in place.",
)

def heddle_toolchain_shims():
    """Declares the shims, except those the workspace already declares.

    Does nothing on an official Bazel (Debian's calls its version
    "no_version"): there the real repositories serve better.
    """
    if native.bazel_version not in ["", "no_version"]:
        return
    shims = {
        "remote_coverage_tools": {"BUILD": _COVERAGE_TOOLS},
        "rules_cc": {"cc/BUILD": "", "cc/defs.bzl": _RULES_CC},
        "rules_java": {"java/BUILD": "", "java/defs.bzl": _RULES_JAVA},
    }
    existing = native.existing_rules()
    for name, files in shims.items():
        if name not in existing:
            _written_repository(name = name, files = files)
