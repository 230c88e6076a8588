"""What heddle depends on, for workspaces without Bzlmod.

    load("@heddle//third_party:dependencies.bzl", "heddle_dependencies")

    heddle_dependencies()

A dependency that the workspace declared before this call is kept as it is.
Names and labels are those of the Bazel Central Registry, so that BUILD files
read the same with MODULE.bazel.
"""

load(":debian.bzl", "debian_sources", "pkg_config_library", "system_libraries")
load(":toolchain_shims.bzl", "heddle_toolchain_shims")

def heddle_dependencies():
    """Declares every dependency, taken from Debian's packages."""
    heddle_toolchain_shims()
    existing = native.existing_rules()

    # Compiled from source, and so instrumented when a sanitizer is on.
    if "googletest" not in existing:
        debian_sources(
            name = "googletest",
            build_file = Label("//third_party:googletest.BUILD"),
            debian_package = "googletest",
            path = "/usr/src/googletest",
        )

    if "google_benchmark" not in existing:
        pkg_config_library(
            name = "google_benchmark",
            debian_package = "libbenchmark-dev",
            extra_targets = {"benchmark_main": "-lbenchmark_main"},
            minimum_version = "1.7",
            module = "benchmark",
            target = "benchmark",
        )

    if "onetbb" not in existing:
        pkg_config_library(
            name = "onetbb",
            debian_package = "libtbb-dev",
            minimum_version = "2021.5",
            module = "tbb",
            target = "tbb",
        )

    if "heddle_system" not in existing:
        system_libraries(
            name = "heddle_system",
            modules = {
                "GOOGLE_BENCHMARK": "" if "google_benchmark" in existing else "benchmark >= 1.7",
                "ONETBB": "" if "onetbb" in existing else "tbb >= 2021.5",
            },
        )
