#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::simulated {

/// What /etc/hosts of a simulated node says.
inline constexpr const char* nodeHosts = "127.0.0.1\tlocalhost\n";

/// Absolute, without "." and "..", without a slash at the end.
std::string cleanPath(std::string_view path);

/// The files of a simulated container or volume: in memory, a few MiB at most. Paths are absolute; folders
/// are there because something is in them, because they were made, or because a volume is mounted there.
class SimulatedFiles {
  public:
    static constexpr std::size_t maxBytes = 4 * 1024 * 1024;
    /// Equal files of many containers may have their text in common, until one of them is written.
    using Text = std::shared_ptr<std::string>;
    struct File {
        File() : File(std::string(), 0644) {}
        File(std::string bytes, int mode)
            : text(std::make_shared<std::string>(std::move(bytes))), mode(mode) {}
        File(Text shared, int mode) : text(std::move(shared)), mode(mode) {}

        Text text; ///< never null
        int mode;

        const std::string& bytes() const { return *text; }
    };

    const File* find(std::string_view path) const;
    bool isFolder(std::string_view path) const;
    /// Permission bits of a file or folder that is there.
    std::optional<int> mode(std::string_view path) const;
    /// True where the path lies in memory rather than on a disk.
    bool inMemory(std::string_view path) const;
    /// True where what is mounted begins.
    bool inVolume(std::string_view path) const { return mounted(cleanPath(path)).first != nullptr; }
    /// Names directly in a folder.
    std::vector<std::string> list(std::string_view folder) const;

    // Each answers with what is wrong, or nothing.
    std::string write(std::string_view path, std::string_view bytes, bool append, int mode = 0644);
    std::string makeFolder(std::string_view path);
    std::string setMode(std::string_view path, int mode);
    std::string remove(std::string_view path);

    /// Shows `sub` of another's files (a folder or one file) at `path`.
    void mount(std::string_view path, std::shared_ptr<SimulatedFiles> source, std::string_view sub,
               bool readOnly);
    /// Nothing but what is mounted may change.
    void setReadOnly() { readOnly_ = true; }
    void setMemory() { memory_ = true; }
    /// No more than so many bytes go in; 0 = as many as ever.
    void setLimit(std::size_t bytes) { limit_ = bytes == 0 ? maxBytes : std::min(bytes, maxBytes); }
    /// What it holds itself, without what is mounted in it.
    std::size_t size() const { return size_; }
    bool inMemory() const { return memory_; }
    /// It is no part of the pod that writes it, as a persistent volume is none.
    void setApart() { apart_ = true; }
    bool apart() const { return apart_; }
    /// Everything is replaced by these.
    void assign(std::map<std::string, File> files);

    /// Takes the files of a tar archive into `folder`. What is wrong with it, or empty.
    std::string unpack(std::string_view tar, std::string_view folder);
    /// A file or folder as a tar archive; empty when it is not there.
    std::string pack(std::string_view path) const;

  private:
    struct Mount {
        std::shared_ptr<SimulatedFiles> source;
        std::string sub;
        bool readOnly = false;
    };
    /// Whose file a path really is, under which name there.
    std::pair<const Mount*, std::string> mounted(const std::string& clean) const;

    std::map<std::string, File> files_;
    std::map<std::string, int> folders_;
    std::map<std::string, Mount> mounts_;
    std::size_t size_ = 0;
    std::size_t limit_ = maxBytes;
    bool readOnly_ = false;
    bool memory_ = false;
    bool apart_ = false;
};

/// What comes after the last slash.
std::string baseName(std::string_view path);

} // namespace wheelhouse::simulated
