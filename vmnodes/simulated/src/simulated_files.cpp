#include "simulated_files.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <set>

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

std::string baseName(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

std::pair<const SimulatedFiles::Mount*, std::string> SimulatedFiles::mounted(const std::string& clean) const {
    const Mount* best = nullptr;
    std::size_t length = 0;
    for (const auto& [path, mount] : mounts_)
        if ((clean == path || clean.starts_with(path == "/" ? path : path + "/")) && path.size() >= length) {
            best = &mount;
            length = path.size();
        }
    if (best == nullptr) return {nullptr, clean};
    return {best, cleanPath(best->sub + "/" + clean.substr(length))};
}

const SimulatedFiles::File* SimulatedFiles::find(std::string_view path) const {
    const auto [mount, name] = mounted(cleanPath(path));
    if (mount != nullptr) return mount->source->find(name);
    const auto it = files_.find(name);
    return it == files_.end() ? nullptr : &it->second;
}

bool SimulatedFiles::isFolder(std::string_view path) const {
    const std::string clean = cleanPath(path);
    const auto [mount, name] = mounted(clean);
    if (mount != nullptr) return mount->source->isFolder(name);
    if (clean == "/" || clean == "/tmp" || folders_.contains(clean)) return true;
    const auto within = [prefix = clean + "/"](const auto& map) {
        const auto it = map.lower_bound(prefix);
        return it != map.end() && it->first.starts_with(prefix);
    };
    return within(files_) || within(folders_) || within(mounts_);
}

std::optional<int> SimulatedFiles::mode(std::string_view path) const {
    const auto [mount, name] = mounted(cleanPath(path));
    if (mount != nullptr) return mount->source->mode(name);
    if (const auto it = files_.find(name); it != files_.end()) return it->second.mode;
    if (!isFolder(name)) return std::nullopt;
    const auto it = folders_.find(name);
    return it == folders_.end() ? 0755 : it->second;
}

bool SimulatedFiles::inMemory(std::string_view path) const {
    const auto [mount, name] = mounted(cleanPath(path));
    return mount != nullptr ? mount->source->inMemory(name) : memory_;
}

std::vector<std::string> SimulatedFiles::list(std::string_view folder) const {
    std::string clean = cleanPath(folder);
    const auto [mount, name] = mounted(clean);
    if (mount != nullptr) return mount->source->list(name);
    if (clean != "/") clean += "/";
    std::set<std::string> names;
    const auto collect = [&](const auto& map) {
        for (auto it = map.lower_bound(clean); it != map.end() && it->first.starts_with(clean); ++it) {
            const std::string rest = it->first.substr(clean.size());
            if (!rest.empty()) names.insert(rest.substr(0, rest.find('/')));
        }
    };
    collect(files_);
    collect(folders_);
    collect(mounts_);
    return {names.begin(), names.end()};
}

std::string SimulatedFiles::write(std::string_view path, std::string_view bytes, bool append, int mode) {
    const std::string clean = cleanPath(path);
    const auto [mount, name] = mounted(clean);
    if (mount != nullptr)
        return mount->readOnly ? "Read-only file system" : mount->source->write(name, bytes, append, mode);
    if (readOnly_) return "Read-only file system";
    if (isFolder(clean)) return "Is a directory";
    const auto before = files_.find(clean);
    const std::size_t had = before == files_.end() ? 0 : before->second.bytes().size();
    const std::size_t has = bytes.size() + (append ? had : 0);
    if (size_ - had + has > limit_) return "No space left on device";
    size_ = size_ - had + has;
    File& file = files_[clean];
    if (before == files_.end()) file.mode = mode;
    if (!append || file.text.use_count() > 1)
        file.text = std::make_shared<std::string>(append ? file.bytes() : std::string());
    file.text->append(bytes);
    return {};
}

std::string SimulatedFiles::makeFolder(std::string_view path) {
    const std::string clean = cleanPath(path);
    const auto [mount, name] = mounted(clean);
    if (mount != nullptr) return mount->readOnly ? "Read-only file system" : mount->source->makeFolder(name);
    if (readOnly_) return "Read-only file system";
    if (files_.contains(clean)) return "File exists";
    folders_.try_emplace(clean, 0755);
    return {};
}

std::string SimulatedFiles::setMode(std::string_view path, int mode) {
    const auto [mount, name] = mounted(cleanPath(path));
    if (mount != nullptr)
        return mount->readOnly ? "Read-only file system" : mount->source->setMode(name, mode);
    if (const auto it = files_.find(name); it != files_.end())
        it->second.mode = mode;
    else if (isFolder(name))
        folders_[name] = mode;
    else
        return "No such file or directory";
    return {};
}

std::string SimulatedFiles::remove(std::string_view path) {
    const auto [mount, name] = mounted(cleanPath(path));
    if (mount != nullptr) return mount->readOnly ? "Read-only file system" : mount->source->remove(name);
    if (readOnly_) return "Read-only file system";
    bool any = folders_.erase(name) > 0;
    for (auto it = files_.lower_bound(name); it != files_.end() && it->first.starts_with(name);) {
        if (it->first != name && it->first[name.size()] != '/') {
            ++it;
            continue;
        }
        size_ -= it->second.bytes().size();
        it = files_.erase(it);
        any = true;
    }
    return any ? "" : "No such file or directory";
}

void SimulatedFiles::mount(std::string_view path, std::shared_ptr<SimulatedFiles> source,
                           std::string_view sub, bool readOnly) {
    mounts_[cleanPath(path)] = {std::move(source), cleanPath(sub), readOnly};
}

void SimulatedFiles::assign(std::map<std::string, File> files) {
    files_.clear();
    size_ = 0;
    for (auto& [path, file] : files) {
        size_ += file.bytes().size();
        files_[cleanPath(path)] = std::move(file);
    }
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
            const std::string wrong = write(std::string(folder) + "/" + name, tar.substr(block, size), false);
            if (!wrong.empty()) return name + ": " + wrong;
        }
        tar.remove_prefix(std::min(tar.size(), block + padded));
    }
    return {};
}

std::string SimulatedFiles::pack(std::string_view path) const {
    std::string out;
    std::vector<std::string> left{cleanPath(path)};
    while (!left.empty()) {
        const std::string now = std::move(left.back());
        left.pop_back();
        if (const File* file = find(now)) {
            out += entry(now.substr(1), file->bytes());
        } else if (isFolder(now)) {
            std::vector<std::string> names = list(now);
            for (auto it = names.rbegin(); it != names.rend(); ++it)
                left.push_back(cleanPath(now + "/" + *it));
        }
    }
    if (!out.empty()) out.append(2 * block, '\0');
    return out;
}

} // namespace wheelhouse::simulated
