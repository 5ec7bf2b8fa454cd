#include "vmnodes/agent/file_state_store.h"

#include "engine/base/files.h"
#include "engine/base/log.h"

#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::agent {

namespace fs = std::filesystem;

namespace {

/// Keys hold slashes and names of users; file names hold neither.
std::string fileName(const std::string& key) {
    std::string out;
    for (const unsigned char c : key) {
        if (std::isalnum(c) != 0 || c == '-' || c == '.')
            out += static_cast<char>(c);
        else
            out += fmt::format("%{:02X}", c);
    }
    return out + ".rec";
}

std::string keyOf(const std::string& name) {
    std::string out;
    for (std::size_t i = 0; i + 4 < name.size(); ++i) {
        if (name[i] != '%') {
            out += name[i];
            continue;
        }
        out += static_cast<char>(std::strtol(name.substr(i + 1, 2).c_str(), nullptr, 16));
        i += 2;
    }
    return out;
}

} // namespace

FileStateStore::FileStateStore(fs::path folder) : folder_(std::move(folder)) {
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::permissions(folder_, fs::perms::owner_all, error); // Secrets are among the records
}

std::map<std::string, std::string> FileStateStore::load() {
    std::map<std::string, std::string> records;
    std::error_code error;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
        if (entry.path().extension() != ".rec") continue; // left by a write that was cut off
        auto bytes = readFile(entry.path());
        if (bytes)
            records[keyOf(entry.path().filename().string())] = std::move(*bytes);
        else
            log::error("agent", "{}", bytes.error().message);
    }
    return records;
}

Result<void> FileStateStore::put(const std::string& key, const std::string& bytes) {
    return writeFileAtomically(folder_ / fileName(key), bytes, 0600);
}

void FileStateStore::remove(const std::string& key) {
    std::error_code error;
    fs::remove(folder_ / fileName(key), error);
}

} // namespace wheelhouse::agent
