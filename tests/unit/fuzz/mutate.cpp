#include "mutate.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace wheelhouse::test {

namespace {

using namespace std::string_view_literals;

constexpr std::array tokens{"null"sv,
                            "true"sv,
                            "-1"sv,
                            "0"sv,
                            "1e999"sv,
                            "-9223372036854775808"sv,
                            "9223372036854775807"sv,
                            "18446744073709551616"sv,
                            "2147483648"sv,
                            "0.1"sv,
                            "\"\""sv,
                            "{}"sv,
                            "[]"sv,
                            "{\"\":{}}"sv,
                            "\\u0000"sv,
                            "\\ud800"sv,
                            "\xff\xfe"sv,
                            "\xc0\x80"sv,
                            "\xed\xa0\x80"sv,
                            "\0"sv,
                            "&a "sv,
                            "*a"sv,
                            "<<: "sv,
                            "--- "sv,
                            "!!binary "sv,
                            "? "sv,
                            "|\n"sv,
                            "\"metadata\":"sv,
                            "\"spec\":"sv,
                            "\"$patch\":\"delete\","sv,
                            "\"$patch\":\"replace\","sv,
                            "\"$retainKeys\":[\"x\"],"sv,
                            "\"$setElementOrder/containers\":[],"sv,
                            "\"op\":\"move\","sv,
                            "\"path\":\"/a/-\","sv,
                            "~1~0"sv,
                            "k8s\0"sv,
                            "999999999Ei"sv,
                            "1e-999999999"sv,
                            "2026-02-30T25:61:61Z"sv,
                            ","sv,
                            ":"sv,
                            "="sv,
                            "!="sv,
                            " in ("sv,
                            ")"sv,
                            "%00"sv,
                            "%"sv,
                            "/"sv,
                            "\n"sv};

} // namespace

std::string Mutator::next() {
    std::string text = corpus_[random_.below(corpus_.size())];
    const std::uint64_t changes = 1 + random_.below(random_.below(4) == 0 ? 32 : 4);
    for (std::uint64_t i = 0; i < changes; ++i)
        change(text);
    if (text.size() > limit_) text.resize(limit_);
    return text;
}

void Mutator::change(std::string& text) {
    const std::size_t at = place(text);
    const std::size_t length = std::min(random_.below(1 + random_.below(256)), text.size() - at);
    switch (random_.below(9)) {
    case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << random_.below(8)));
        break;
    case 1:
        text.insert(at, 1, static_cast<char>(random_.below(256)));
        break;
    case 2:
        text.erase(at, length);
        break;
    case 3: // doubled, perhaps many times
        for (std::uint64_t n = random_.below(random_.below(8) == 0 ? 200 : 3) + 1; n > 0; --n)
            if (text.size() < limit_) text.insert(at, text.substr(at, length));
        break;
    case 4: {
        const std::string piece = text.substr(at, length);
        text.erase(at, length);
        text.insert(place(text), piece);
        break;
    }
    case 5: {
        const std::string& other = corpus_[random_.below(corpus_.size())];
        text.replace(at, length, other.substr(random_.below(other.size() + 1), random_.below(512)));
        break;
    }
    case 6:
        text.replace(at, random_.below(2) == 0 ? 0 : length, tokens[random_.below(tokens.size())]);
        break;
    case 7: { // deep
        static constexpr std::array pairs{"[]"sv, "{}"sv, "()"sv};
        const std::string_view pair = pairs[random_.below(pairs.size())];
        const std::size_t depth = random_.below(random_.below(8) == 0 ? 20'000 : 120);
        text.insert(at, std::string(depth, pair[0]) + std::string(random_.below(depth + 1), pair[1]));
        break;
    }
    default:
        text.resize(at);
    }
}

} // namespace wheelhouse::test
