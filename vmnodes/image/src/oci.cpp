#include "vmnodes/image/oci.h"

#include "vmnodes/image/tar.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <sstream>

namespace wheelhouse::image {
namespace {

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string list(const std::vector<std::string>& words) {
    std::string out = "[";
    for (const auto& word : words)
        out += (out.size() > 1 ? "," : "") + quoted(word);
    return out + "]";
}

std::string layer(const ProgramImage& image) {
    std::ostringstream out;
    TarWriter tar(out);
    // containers run as any user need a /tmp, and the kernel's mounts need their mount points
    for (const char* folder : {"dev", "etc", "proc", "sys"})
        tar.folder(folder);
    tar.folder("tmp", 01777);
    tar.file(image.path, image.program, 0755);
    tar.finish();
    return std::move(out).str();
}

struct Blob {
    std::string type;
    std::string bytes;
    std::string digest = sha256(bytes);

    std::string descriptor(std::string_view more = {}) const {
        return fmt::format(R"({{"mediaType":"{}","digest":"sha256:{}","size":{}{}}})", type, digest,
                           bytes.size(), more);
    }
};

} // namespace

std::string sha256(std::string_view bytes) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < size; ++i)
        text += fmt::format("{:02x}", digest[i]);
    return text;
}

std::string ociArchive(const ProgramImage& image) {
    std::string ports;
    for (const int port : image.ports)
        ports += fmt::format(R"({}"{}/tcp":{{}})", ports.empty() ? "" : ",", port);
    const Blob files{"application/vnd.oci.image.layer.v1.tar", layer(image)};
    const Blob config{
        "application/vnd.oci.image.config.v1+json",
        fmt::format(
            R"({{"created":"1970-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{{"Env":["PATH=/"],)"
            R"("Entrypoint":{},"Cmd":{},"ExposedPorts":{{{}}},"WorkingDir":"/"}},)"
            R"("rootfs":{{"type":"layers","diff_ids":["sha256:{}"]}}}})",
            list(image.entrypoint), list(image.command), ports, files.digest)};
    const Blob manifest{
        "application/vnd.oci.image.manifest.v1+json",
        fmt::format(
            R"({{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{}]}})",
            config.descriptor(), files.descriptor())};
    const std::string name = fmt::format(
        R"(,"annotations":{{"io.containerd.image.name":{},"org.opencontainers.image.ref.name":{}}})",
        quoted(image.reference),
        quoted(std::string_view(image.reference).substr(image.reference.rfind(':') + 1)));
    std::ostringstream out;
    TarWriter tar(out);
    tar.file("oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
    tar.file("index.json",
             fmt::format(R"({{"schemaVersion":2,"manifests":[{}]}})", manifest.descriptor(name)));
    tar.folder("blobs");
    tar.folder("blobs/sha256");
    for (const Blob* blob : {&manifest, &config, &files})
        tar.file("blobs/sha256/" + blob->digest, blob->bytes);
    tar.finish();
    return std::move(out).str();
}

} // namespace wheelhouse::image
