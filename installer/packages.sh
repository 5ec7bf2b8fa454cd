# The Debian packages Wheelhouse needs, by purpose. Sourced by ./dev; one place for developers, CI and the package builder.
# Works on Debian 12 (bookworm) and 13 (trixie).

wheelhouse_packages() { # wheelhouse_packages run|build|test|format|lint
  local boost=1.81
  if [ "$(. /etc/os-release && echo "${VERSION_ID:-12}")" != 12 ]; then
    boost=1.83
  fi
  case $1 in
  run) # what the program itself starts
    echo libvirt-daemon libvirt-daemon-driver-qemu qemu-system-x86 qemu-utils mmdebstrap erofs-utils xz-utils lz4 zstd cpio kmod uidmap fonts-inter
    # libvirt run by root wants the user libvirt-qemu, which this package makes.
    if [ "$(id -u)" = 0 ]; then echo libvirt-daemon-system; fi ;;
  build)
    echo build-essential cmake ninja-build ccache mold pkg-config \
      qt6-base-dev qt6-charts-dev qt6-svg-dev qt6-tools-dev qt6-tools-dev-tools qt6-l10n-tools libqt6opengl6-dev libqscintilla2-qt6-dev \
      libboost$boost-dev libboost-json$boost-dev libnghttp2-dev libssl-dev zlib1g-dev \
      protobuf-compiler libprotobuf-dev libprotoc-dev libgrpc++-dev protobuf-compiler-grpc libabsl-dev libc-ares-dev libre2-dev \
      libyaml-cpp-dev prometheus-cpp-dev librocksdb-dev libjemalloc-dev libexpected-dev libfmt-dev libspdlog-dev libvirt-dev libvterm-dev ;;
  test)
    echo xvfb xauth curl busybox-static procps iproute2 nftables python3
    # Debian's npm conflicts with other builds of Node.js, which do as well.
    command -v npm >/dev/null || echo npm ;;
  format) echo clang-format ;;
  lint) echo clang-tidy ;;
  esac
}
