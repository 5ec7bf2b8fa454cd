#include "engine/base/files.h"
#include "engine/client/remote_cluster.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <optional>
#include <yaml-cpp/yaml.h>

namespace wheelhouse::client {

namespace {

std::optional<std::string> fromBase64(std::string text) {
    std::erase_if(text, [](char c) { return c == '\n' || c == '\r' || c == ' '; });
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes(text.size() / 4 * 3 + 1, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    // OpenSSL counts the padding as bytes.
    const auto padding = text.ends_with("==") ? 2u : text.ends_with("=") ? 1u : 0u;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    return bytes;
}

/// Reads one kubeconfig; every failure names the file.
class Reader {
  public:
    explicit Reader(const std::filesystem::path& file) : file_(file) {}

    Result<Endpoint> read(const std::string& wanted);

  private:
    template <class... Args>
    tl::unexpected<Status> bad(fmt::format_string<Args...> format, Args&&... args) const {
        return fail(Reason::Invalid,
                    file_.string() + ": " + fmt::format(format, std::forward<Args>(args)...));
    }
    static std::string text(const YAML::Node& map, const char* key) {
        return map.IsMap() && map[key] ? map[key].as<std::string>("") : std::string();
    }
    Result<YAML::Node> entry(const YAML::Node& root, const char* list, const char* key,
                             const std::string& name) const;
    /// `key-data` as base64, or the content of the file `key` names, relative to the kubeconfig; empty when
    /// neither is.
    Result<std::string> data(const YAML::Node& map, const char* key) const;
    Result<void> readCluster(const YAML::Node& cluster, Endpoint& endpoint) const;
    Result<void> readUser(const YAML::Node& user, Endpoint& endpoint) const;

    std::filesystem::path file_;
};

Result<YAML::Node> Reader::entry(const YAML::Node& root, const char* list, const char* key,
                                 const std::string& name) const {
    const YAML::Node entries = root[list];
    if (entries && entries.IsSequence())
        for (const auto& entry : entries)
            if (text(entry, "name") == name && entry[key] && entry[key].IsMap())
                return YAML::Node(entry[key]);
    return bad("there is no {} \"{}\"", key, name);
}

Result<std::string> Reader::data(const YAML::Node& map, const char* key) const {
    const auto inlineKey = std::string(key) + "-data";
    if (const auto encoded = text(map, inlineKey.c_str()); !encoded.empty()) {
        if (auto bytes = fromBase64(encoded)) return *bytes;
        return bad("{} is not base64", inlineKey);
    }
    const auto name = text(map, key);
    if (name.empty()) return std::string();
    auto content = readFile(file_.parent_path() / name);
    if (!content) return bad("{}: {}", key, content.error().message);
    return content;
}

Result<void> Reader::readCluster(const YAML::Node& cluster, Endpoint& endpoint) const {
    endpoint.url = text(cluster, "server");
    endpoint.tlsServerName = text(cluster, "tls-server-name");
    if (!endpoint.url.starts_with("https://"))
        return bad("the server of context \"{}\" must be an https:// URL", endpoint.contextName);
    if (text(cluster, "insecure-skip-tls-verify") == "true")
        return bad("insecure-skip-tls-verify is not supported: give the certificate-authority");
    if (!text(cluster, "proxy-url").empty()) return bad("proxy-url is not supported");
    auto ca = data(cluster, "certificate-authority");
    if (!ca) return fail(ca.error());
    endpoint.caPem = std::move(*ca);
    return {};
}

Result<void> Reader::readUser(const YAML::Node& user, Endpoint& endpoint) const {
    for (const char* unsupported : {"exec", "auth-provider", "username"})
        if (user[unsupported])
            return bad("{} is not supported: use a client certificate or a token", unsupported);
    auto certificate = data(user, "client-certificate");
    if (!certificate) return fail(certificate.error());
    auto key = data(user, "client-key");
    if (!key) return fail(key.error());
    if (certificate->empty() != key->empty())
        return bad("{} is missing beside the other",
                   certificate->empty() ? "client-certificate" : "client-key");
    endpoint.clientCertificatePem = std::move(*certificate);
    endpoint.clientKeyPem = std::move(*key);
    endpoint.bearerToken = text(user, "token");
    if (endpoint.bearerToken.empty() && !text(user, "tokenFile").empty()) {
        auto token = readFile(file_.parent_path() / text(user, "tokenFile"));
        if (!token) return bad("tokenFile: {}", token.error().message);
        endpoint.bearerToken = std::move(*token);
    }
    // It becomes a header line.
    while (endpoint.bearerToken.ends_with('\n') || endpoint.bearerToken.ends_with('\r'))
        endpoint.bearerToken.pop_back();
    if (endpoint.bearerToken.find_first_of("\r\n ") != std::string::npos)
        return bad("the token is malformed");
    return {};
}

Result<Endpoint> Reader::read(const std::string& wanted) {
    auto content = readFile(file_);
    if (!content) return fail(content.error());
    if (content->size() > 4 * 1024 * 1024) return bad("is too large for a kubeconfig");
    const YAML::Node root = YAML::Load(*content);
    if (!root.IsMap()) return bad("is no kubeconfig");
    Endpoint endpoint;
    endpoint.contextName = wanted.empty() ? text(root, "current-context") : wanted;
    if (endpoint.contextName.empty()) return bad("current-context is not set");
    auto context = entry(root, "contexts", "context", endpoint.contextName);
    if (!context) return fail(context.error());
    auto cluster = entry(root, "clusters", "cluster", text(*context, "cluster"));
    if (!cluster) return fail(cluster.error());
    if (auto done = readCluster(*cluster, endpoint); !done) return fail(done.error());
    if (text(*context, "user").empty()) return endpoint;
    auto user = entry(root, "users", "user", text(*context, "user"));
    if (!user) return fail(user.error());
    if (auto done = readUser(*user, endpoint); !done) return fail(done.error());
    return endpoint;
}

} // namespace

Result<Endpoint> loadKubeconfig(const std::filesystem::path& file, const std::string& context) {
    try {
        return Reader(file).read(context);
    } catch (const YAML::Exception& error) {
        return fail(Reason::Invalid, fmt::format("{}: is no kubeconfig: {}", file.string(), error.what()));
    }
}

} // namespace wheelhouse::client
