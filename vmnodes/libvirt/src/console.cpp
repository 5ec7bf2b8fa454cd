#include "console.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>

namespace wheelhouse::libvirt {
namespace {

constexpr std::size_t mostMarks = 64;
constexpr std::size_t longestLine = 4096;

} // namespace

std::optional<Mark> parseMark(std::string_view line) {
    constexpr std::string_view word = "MARK ";
    if (!line.starts_with(word)) return std::nullopt;
    line.remove_prefix(word.size());
    const auto space = line.find(' ');
    const auto step = line.substr(0, space);
    if (step.empty()) return std::nullopt;
    double seconds = 0;
    if (space != std::string_view::npos) {
        const auto number = line.substr(space + 1);
        const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
        if (error != std::errc() || seconds < 0 || seconds > 1e9) return std::nullopt;
    }
    return Mark{std::string(step), Duration(static_cast<std::int64_t>(seconds * 1e9))};
}

std::optional<std::string> parseFailure(std::string_view line) {
    constexpr std::string_view word = "FAILED ";
    if (line.starts_with(word)) return std::string(line.substr(word.size()));
    const auto panic = line.find("Kernel panic");
    if (panic != std::string_view::npos) return std::string(line.substr(panic));
    return std::nullopt;
}

bool Console::saw(std::string_view step) const {
    return std::any_of(marks_.begin(), marks_.end(), [step](const Mark& mark) { return mark.step == step; });
}

void Console::restart() {
    offset_ = 0;
    pending_.clear();
    marks_.clear();
    failure_.clear();
}

bool Console::poll() {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (error || size == offset_) return false;
    if (size < offset_) restart();
    std::ifstream file(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset_));
    std::string added(std::istreambuf_iterator<char>(file), {});
    offset_ += added.size();
    pending_ += added;
    bool news = false;
    for (auto end = pending_.find('\n'); end != std::string::npos; end = pending_.find('\n')) {
        std::string line = pending_.substr(0, end);
        pending_.erase(0, end + 1);
        std::erase(line, '\r');
        if (auto mark = parseMark(line); mark && marks_.size() < mostMarks && !saw(mark->step)) {
            marks_.push_back(std::move(*mark));
            news = true;
        }
        if (auto failure = parseFailure(line); failure && failure_.empty()) {
            failure_ = std::move(*failure);
            news = true;
        }
    }
    if (pending_.size() > longestLine) pending_.clear();
    return news;
}

std::string Console::tail(std::size_t most) const {
    std::error_code error;
    const auto size = std::filesystem::file_size(path_, error);
    if (error) return {};
    std::ifstream file(path_, std::ios::binary);
    file.seekg(static_cast<std::streamoff>(size > most ? size - most : 0));
    std::string text(std::istreambuf_iterator<char>(file), {});
    if (size > most) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
    std::erase_if(text, [](unsigned char c) { return c < 0x20 && c != '\n' && c != '\t'; });
    return text;
}

} // namespace wheelhouse::libvirt
