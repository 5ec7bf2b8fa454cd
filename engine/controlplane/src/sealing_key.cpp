#include "sealing_key.h"

#include "engine/base/files.h"

#include <fmt/format.h>

namespace wheelhouse::controlplane {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t keyBytes = 32;

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Result<std::string> parse(const std::string& text, const fs::path& file) {
    const std::string digits = text.substr(0, text.find('\n'));
    std::string key;
    bool good = digits.size() == 2 * keyBytes;
    for (std::size_t i = 0; good && i < digits.size(); i += 2) {
        good = digit(digits[i]) >= 0 && digit(digits[i + 1]) >= 0;
        key += static_cast<char>(digit(digits[i]) << 4 | digit(digits[i + 1]));
    }
    if (good) return key;
    return fail(
        Reason::InternalError,
        fmt::format("{} does not hold a key of {} hexadecimal digits: put it back, or no Secret can be read",
                    file.string(), 2 * keyBytes));
}

} // namespace

Result<std::string> openOrCreateSealingKey(const fs::path& file, Random& random) {
    std::error_code error;
    if (fs::exists(file, error) || error) {
        const auto text = readFile(file);
        if (!text) return text;
        std::error_code ignored;
        fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, ignored);
        return parse(*text, file);
    }
    std::string digits;
    while (digits.size() < 2 * keyBytes)
        digits += fmt::format("{:016x}", random.next());
    if (auto written = writeFileAtomically(file, digits + "\n", 0600); !written) return fail(written.error());
    return parse(digits, file);
}

} // namespace wheelhouse::controlplane
