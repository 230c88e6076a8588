"""What heddle depends on, for workspaces without Bzlmod.

A workspace that uses heddle writes

    local_repository(name = "heddle", path = "...")

    load("@heddle//third_party:dependencies.bzl", "heddle_dependencies")

    heddle_dependencies()

A dependency that the workspace declared before this call is kept as it is.
Names and labels are those of the Bazel Central Registry, so that BUILD files
read the same with MODULE.bazel.
"""

load(
    ":debian.bzl",
    "debian_headers",
    "debian_sources",
    "pkg_config_library",
    "system_libraries",
)
load(":toolchain_shims.bzl", "heddle_toolchain_shims")

# Repository to what pkg_config_library needs to know of it.
SYSTEM_LIBRARIES = {
    "curl": {
        "debian_package": "libcurl4-openssl-dev",
        "minimum_version": "7.87",
        "module": "libcurl",
        "target": "curl",
    },
    "google_benchmark": {
        "debian_package": "libbenchmark-dev",
        "extra_targets": {"benchmark_main": "-lbenchmark_main"},
        "minimum_version": "1.7",
        "module": "benchmark",
        "target": "benchmark",
    },
    "onetbb": {
        "debian_package": "libtbb-dev",
        "minimum_version": "2021.5",
        "module": "tbb",
        "target": "tbb",
    },
}

# Repository to what debian_headers needs to know of it.
SYSTEM_HEADERS = {
    "asio": {
        "debian_package": "libasio-dev",
        # Without Boost, whatever is installed.
        "defines": ["ASIO_STANDALONE"],
        "headers": [
            "asio.hpp",
            "asio",
        ],
        "linkopts": ["-pthread"],
        "target": "asio_no_openssl",
    },
}

# The same for libraries that only benchmarks/peers uses: BUILD files leave out
# what needs them where they are missing, so nobody has to have them.
PEER_LIBRARIES = {
    "eigen": {
        "debian_package": "libeigen3-dev",
        "minimum_version": "3.4",
        "module": "eigen3",
        "target": "eigen",
    },
    "libevent": {
        "debian_package": "libevent-dev",
        "minimum_version": "2.1",
        "module": "libevent_pthreads",
        "target": "event_pthreads",
    },
    "libuv": {
        "debian_package": "libuv1-dev",
        "minimum_version": "1.40",
        "module": "libuv",
        "target": "uv",
    },
}

PEER_HEADERS = {
    "concurrentqueue": {
        "debian_package": "libconcurrentqueue-dev",
        "headers": ["concurrentqueue"],
        "target": "concurrentqueue",
    },
}

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

    modules = {}
    libraries = dict(SYSTEM_LIBRARIES.items() + PEER_LIBRARIES.items())
    for name, library in libraries.items():
        # One that the workspace brings itself is there without pkg-config.
        modules[name] = ""
        if name not in existing:
            pkg_config_library(name = name, **library)
            modules[name] = "%s >= %s" % (library["module"], library["minimum_version"])

    headers = {}
    all_headers = dict(SYSTEM_HEADERS.items() + PEER_HEADERS.items())
    for name, library in all_headers.items():
        if name in existing:
            modules[name] = ""
        else:
            debian_headers(name = name, **library)
            headers[name] = library["headers"][0]

    if "heddle_system" not in existing:
        system_libraries(
            name = "heddle_system",
            headers = headers,
            modules = modules,
        )
