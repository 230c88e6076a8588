"""What MODULE.bazel needs beside modules. Read by Bazel with Bzlmod only."""

load(":dependencies.bzl", "SYSTEM_HEADERS", "SYSTEM_LIBRARIES")
load(":debian.bzl", "system_libraries")

def _heddle_impl(_module_ctx):
    system_libraries(
        name = "heddle_system",
        modules = {
            name: ""
            for name in SYSTEM_HEADERS.keys() + SYSTEM_LIBRARIES.keys()
        },
    )

heddle = module_extension(implementation = _heddle_impl)
