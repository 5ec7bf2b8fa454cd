#include "simulated_files.h"

#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::simulated {

namespace {

constexpr std::size_t block = 512;

/// A text field of a tar header.
std::string_view field(std::string_view header, std::size_t at, std::size_t size) {
    const std::string_view raw = header.substr(at, size);
    return raw.substr(0, std::min(raw.find('\0'), raw.size()));
}

std::string entry(const std::string& name, std::string_view bytes) {
    std::string header(block, '\0');
    const auto put = [&header](std::size_t at, std::string_view text) {
        header.replace(at, text.size(), text);
    };
    put(0, name.substr(0, 100));
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, fmt::format("{:011o}", bytes.size()));
    put(136, "00000000000");
    put(148, "        ");
    put(156, "0");
    put(257, std::string_view("ustar\00000", 8));
    unsigned sum = 0;
    for (const char c : header)
        sum += static_cast<unsigned char>(c);
    put(148, fmt::format("{:06o}", sum));
    header[154] = '\0';
    header += bytes;
    header.append((block - bytes.size() % block) % block, '\0');
    return header;
}

} // namespace

std::string cleanPath(std::string_view path) {
    std::vector<std::string_view> parts;
    for (std::size_t begin = 0; begin < path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view part = path.substr(begin, end - begin);
        begin = end + 1;
        if (part == "..") {
            if (!parts.empty()) parts.pop_back();
        } else if (!part.empty() && part != ".") {
            parts.push_back(part);
        }
    }
    std::string out;
    for (const std::string_view part : parts)
        out.append("/").append(part);
    return out.empty() ? "/" : out;
}

const std::string* SimulatedFiles::find(std::string_view path) const {
    const auto it = files_.find(cleanPath(path));
    return it == files_.end() ? nullptr : &it->second;
}

bool SimulatedFiles::isFolder(std::string_view path) const {
    const std::string clean = cleanPath(path);
    if (clean == "/" || clean == "/tmp") return true;
    const auto it = files_.lower_bound(clean + "/");
    return it != files_.end() && it->first.starts_with(clean + "/");
}

std::vector<std::string> SimulatedFiles::list(std::string_view folder) const {
    std::string clean = cleanPath(folder);
    if (clean != "/") clean += "/";
    std::vector<std::string> names;
    for (auto it = files_.lower_bound(clean); it != files_.end() && it->first.starts_with(clean); ++it) {
        std::string name = it->first.substr(clean.size());
        name = name.substr(0, name.find('/'));
        if (names.empty() || names.back() != name) names.push_back(std::move(name));
    }
    return names;
}

std::string SimulatedFiles::unpack(std::string_view tar, std::string_view folder) {
    while (tar.size() >= block && tar[0] != '\0') {
        const std::string_view header = tar.substr(0, block);
        const std::size_t size = std::strtoul(std::string(field(header, 124, 12)).c_str(), nullptr, 8);
        const std::size_t padded = (size + block - 1) / block * block;
        if (size > maxBytes || tar.size() < block + size) return "Unexpected EOF in archive";
        std::string name(field(header, 0, 100));
        if (const auto prefix = field(header, 345, 155); !prefix.empty())
            name = std::string(prefix) + "/" + name;
        const char type = header[156];
        if ((type == '0' || type == '\0') && !name.empty()) {
            const std::string path = cleanPath(std::string(folder) + "/" + name);
            std::string& file = files_[path];
            if (size_ - file.size() + size > maxBytes) return name + ": No space left on device";
            size_ = size_ - file.size() + size;
            file = tar.substr(block, size);
        }
        tar.remove_prefix(std::min(tar.size(), block + padded));
    }
    return {};
}

std::string SimulatedFiles::pack(std::string_view path) const {
    const std::string clean = cleanPath(path);
    std::string out;
    for (const auto& [name, bytes] : files_)
        if (name == clean || name.starts_with(clean == "/" ? clean : clean + "/"))
            out += entry(name.substr(1), bytes);
    if (!out.empty()) out.append(2 * block, '\0');
    return out;
}

} // namespace wheelhouse::simulated
