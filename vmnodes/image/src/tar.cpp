#include "vmnodes/image/tar.h"

#include "engine/base/assert.h"

#include <array>
#include <cstring>
#include <numeric>
#include <string>

namespace wheelhouse::image {
namespace {

constexpr std::size_t blockSize = 512;

// Field offsets and sizes of the ustar header (POSIX.1-2017, pax, "ustar Interchange Format").
void put(std::array<char, blockSize>& block, std::size_t at, std::string_view text) {
    std::memcpy(block.data() + at, text.data(), text.size());
}

void putOctal(std::array<char, blockSize>& block, std::size_t at, int digits, std::uint64_t value) {
    for (int i = digits - 1; i >= 0; --i, value >>= 3)
        block[at + static_cast<std::size_t>(i)] = static_cast<char>('0' + (value & 7));
    WH_ASSERT(value == 0, "the archive would be unreadable");
}

} // namespace

void TarWriter::header(std::string_view path, char type, std::uint64_t size, unsigned mode) {
    WH_ASSERT(!path.empty() && path.size() <= 100 && path.front() != '/', "the archive would be unreadable");
    std::array<char, blockSize> block{};
    put(block, 0, path);
    putOctal(block, 100, 7, mode);
    putOctal(block, 108, 7, 0);
    putOctal(block, 116, 7, 0);
    putOctal(block, 124, 11, size);
    putOctal(block, 136, 11, 0);
    put(block, 148, "        ");
    block[156] = type;
    put(block, 257, std::string_view("ustar\00000", 8));
    putOctal(block, 329, 7, 0);
    putOctal(block, 337, 7, 0);
    const unsigned sum = std::accumulate(block.begin(), block.end(), 0u, [](unsigned total, char c) {
        return total + static_cast<unsigned char>(c);
    });
    putOctal(block, 148, 6, sum);
    block[155] = ' ';
    out_.write(block.data(), blockSize);
}

void TarWriter::folder(std::string_view path, unsigned mode) {
    header(path, '5', 0, mode);
}

void TarWriter::file(std::string_view path, std::string_view content, unsigned mode) {
    header(path, '0', content.size(), mode);
    out_.write(content.data(), static_cast<std::streamsize>(content.size()));
    const std::string padding((blockSize - content.size() % blockSize) % blockSize, '\0');
    out_.write(padding.data(), static_cast<std::streamsize>(padding.size()));
}

void TarWriter::finish() {
    const std::string end(2 * blockSize, '\0');
    out_.write(end.data(), static_cast<std::streamsize>(end.size()));
    out_.flush();
}

} // namespace wheelhouse::image
