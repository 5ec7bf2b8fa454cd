#include "engine/base/files.h"
#include "pki.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <yaml-cpp/yaml.h>

namespace wheelhouse::controlplane {

namespace {

std::string base64(const std::string& bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

bool isKubeconfig(const YAML::Node& root) {
    if (!root.IsMap() || (root["kind"] && root["kind"].as<std::string>("") != "Config")) return false;
    for (const char* list : {"clusters", "users", "contexts"})
        if (root[list] && !root[list].IsSequence() && !root[list].IsNull()) return false;
    return true;
}

/// Puts `value` under `key` into the entry called `name` of one of kubeconfig's three lists; other entries
/// stay.
void setEntry(YAML::Node root, const char* list, const std::string& name, const char* key,
              const YAML::Node& value) {
    YAML::Node entry;
    entry["name"] = name;
    entry[key] = value;
    YAML::Node kept(YAML::NodeType::Sequence);
    if (root[list] && root[list].IsSequence()) {
        for (const auto& old : root[list])
            if (!old.IsMap() || !old["name"] || old["name"].as<std::string>("") != name) kept.push_back(old);
    }
    kept.push_back(entry);
    root[list] = kept;
}

} // namespace

Result<void> writeKubeconfig(const std::filesystem::path& file, const KubeconfigEntry& entry) {
    std::error_code missing;
    YAML::Node root(YAML::NodeType::Map);
    try {
        if (std::filesystem::exists(file, missing)) {
            auto text = readFile(file);
            if (!text) return fail(text.error());
            YAML::Node old = YAML::Load(*text);
            if (!old.IsNull() && !isKubeconfig(old))
                return fail(
                    Reason::Invalid,
                    fmt::format("{} is no kubeconfig: give another file with --kubeconfig", file.string()));
            if (old.IsMap()) root = old;
        }
        root["apiVersion"] = "v1";
        root["kind"] = "Config";
        YAML::Node cluster, user, context;
        cluster["server"] = entry.url;
        cluster["certificate-authority-data"] = base64(entry.caPem);
        user["client-certificate-data"] = base64(entry.client.certificatePem);
        user["client-key-data"] = base64(entry.client.keyPem);
        context["cluster"] = entry.name;
        context["user"] = entry.name;
        setEntry(root, "clusters", entry.name, "cluster", cluster);
        setEntry(root, "users", entry.name, "user", user);
        setEntry(root, "contexts", entry.name, "context", context);
        root["current-context"] = entry.name;
        YAML::Emitter out;
        out << root;
        return writeFileAtomically(file, std::string(out.c_str()) + "\n", 0600);
    } catch (const YAML::Exception& error) {
        return fail(Reason::Invalid,
                    fmt::format("{} is no kubeconfig ({}): give another file with --kubeconfig",
                                file.string(), error.what()));
    }
}

} // namespace wheelhouse::controlplane
