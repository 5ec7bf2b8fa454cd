#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::image {

/// A container image of one static program.
struct ProgramImage {
    std::string reference; ///< "wheelhouse.dev/demo:1"
    std::string path;      ///< where the program lies in the image, without a leading slash
    std::string_view program;
    std::vector<std::string> entrypoint;
    std::vector<std::string> command;
    std::vector<int> ports;
};

/// The image as an OCI image layout (opencontainers/image-spec v1.0.2) in one tar archive, as container
/// engines import it. The same input gives the same bytes.
std::string ociArchive(const ProgramImage& image);
/// SHA-256 in lower-case hexadecimal.
std::string sha256(std::string_view bytes);

} // namespace wheelhouse::image
