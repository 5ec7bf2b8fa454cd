#include "semantics/names.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>
#include <initializer_list>

namespace wheelhouse::api::semantics {

namespace {

bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool lowerAlnum(char c) {
    return lower(c) || digit(c);
}
bool alnum(char c) {
    return lower(c) || upper(c) || digit(c);
}

constexpr std::string_view labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view qualifiedPattern = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view qualifiedText = "must consist of alphanumeric characters, '-', '_' or '.', and "
                                           "must start and end with an alphanumeric character";

std::string regexComplaint(std::string_view text, std::string_view pattern,
                           std::initializer_list<std::string_view> examples) {
    std::string out = fmt::format("{} (e.g. ", text);
    bool first = true;
    for (const std::string_view example : examples) {
        if (!first) out += " or ";
        first = false;
        out += fmt::format("'{}', ", example);
    }
    return out + fmt::format("regex used for validation is '{}')", pattern);
}

std::string tooLong(std::size_t max) {
    return fmt::format("must be no more than {} bytes", max);
}

bool isLabel(std::string_view text) {
    return !text.empty() && lowerAlnum(text.front()) && lowerAlnum(text.back()) &&
           std::all_of(text.begin(), text.end(), [](char c) { return lowerAlnum(c) || c == '-'; });
}

bool isSubdomain(std::string_view text) {
    while (true) {
        const std::size_t dot = text.find('.');
        if (!isLabel(text.substr(0, dot))) return false;
        if (dot == std::string_view::npos) return true;
        text.remove_prefix(dot + 1);
    }
}

bool isQualifiedPart(std::string_view text) {
    return !text.empty() && alnum(text.front()) && alnum(text.back()) &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return alnum(c) || c == '-' || c == '_' || c == '.'; });
}

} // namespace

Complaints dnsLabel(std::string_view text) {
    Complaints out;
    if (text.size() > 63) out.push_back(tooLong(63));
    if (!isLabel(text)) {
        out.push_back(
            regexComplaint("a lowercase RFC 1123 label must consist of lower case alphanumeric characters "
                           "or '-', and must start and end with an alphanumeric character",
                           labelPattern, {"my-name", "123-abc"}));
    }
    return out;
}

Complaints dnsSubdomain(std::string_view text) {
    Complaints out;
    if (text.size() > 253) out.push_back(tooLong(253));
    if (!isSubdomain(text)) {
        out.push_back(regexComplaint("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
                                     "characters, '-' or '.', and must "
                                     "start and end with an alphanumeric character",
                                     fmt::format("{0}(\\.{0})*", labelPattern), {"example.com"}));
    }
    return out;
}

Complaints dns1035Label(std::string_view text) {
    Complaints out;
    if (text.size() > 63) out.push_back(tooLong(63));
    if (!isLabel(text) || !lower(text.front())) {
        out.push_back(
            regexComplaint("a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
                           "start with an alphabetic character, and end with an alphanumeric character",
                           "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
    }
    return out;
}

Complaints qualifiedName(std::string_view text) {
    Complaints out;
    std::string_view name = text;
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        name = text.substr(slash + 1);
        if (name.find('/') != std::string_view::npos) {
            return {"a qualified name " +
                    regexComplaint(qualifiedText, qualifiedPattern, {"MyName", "my.name", "123-abc"}) +
                    " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
        }
        const std::string_view prefix = text.substr(0, slash);
        if (prefix.empty()) {
            out.push_back("prefix part must be non-empty");
        } else {
            for (const std::string& complaint : dnsSubdomain(prefix))
                out.push_back("prefix part " + complaint);
        }
    }
    if (name.empty()) {
        out.push_back("name part must be non-empty");
    } else if (name.size() > 63) {
        out.push_back("name part " + tooLong(63));
    }
    if (!isQualifiedPart(name)) {
        out.push_back("name part " +
                      regexComplaint(qualifiedText, qualifiedPattern, {"MyName", "my.name", "123-abc"}));
    }
    return out;
}

Complaints labelValue(std::string_view text) {
    Complaints out;
    if (text.size() > 63) out.push_back(tooLong(63));
    if (!text.empty() && !isQualifiedPart(text)) {
        out.push_back(
            regexComplaint("a valid label must be an empty string or consist of alphanumeric characters, "
                           "'-', '_' or '.', and must start and end with an alphanumeric character",
                           fmt::format("({})?", qualifiedPattern), {"MyValue", "my_value", "12345"}));
    }
    return out;
}

Complaints envVarName(std::string_view text) {
    const bool fine = !text.empty() && std::all_of(text.begin(), text.end(),
                                                   [](char c) { return c >= 0x20 && c <= 0x7e && c != '='; });
    if (fine) return {};
    return {
        "a valid environment variable name must consist only of printable ASCII characters other than '='"};
}

Complaints configMapKey(std::string_view text) {
    Complaints out;
    if (text.size() > 253) out.push_back(tooLong(253));
    const bool fine = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return alnum(c) || c == '-' || c == '_' || c == '.';
    });
    if (!fine) {
        out.push_back(
            regexComplaint("a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
                           "[-._a-zA-Z0-9]+", {"key.name", "KEY_NAME", "key-name"}));
    } else if (text == ".") {
        out.push_back("must not be '.'");
    } else if (text == "..") {
        out.push_back("must not be '..'");
    } else if (text.starts_with("..")) {
        out.push_back("must not start with '..'");
    }
    return out;
}

Complaints portName(std::string_view text) {
    Complaints out;
    if (text.size() > 15) out.push_back("must be no more than 15 bytes");
    if (text.empty() ||
        !std::all_of(text.begin(), text.end(), [](char c) { return lowerAlnum(c) || c == '-'; })) {
        out.push_back("must contain only alphanumeric characters (a-z, 0-9), and hyphens (-)");
    }
    if (std::none_of(text.begin(), text.end(), lower))
        out.push_back("must contain at least one letter (a-z)");
    if (text.find("--") != std::string_view::npos) out.push_back("must not contain consecutive hyphens");
    if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
        out.push_back("must not begin or end with a hyphen");
    }
    return out;
}

bool isIpv4(std::string_view text) {
    in_addr address{};
    return inet_pton(AF_INET, std::string(text).c_str(), &address) == 1;
}

bool isIpv6(std::string_view text) {
    in6_addr address{};
    return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

Complaints ipAddress(std::string_view text) {
    if (isIpv4(text) || isIpv6(text)) return {};
    return {"must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"};
}

Complaints cidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash != std::string_view::npos) {
        const std::string_view address = text.substr(0, slash);
        const std::string_view bits = text.substr(slash + 1);
        int value = -1;
        const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), value);
        const bool number = error == std::errc() && end == bits.data() + bits.size() && value >= 0;
        if (number && ((isIpv4(address) && value <= 32) || (isIpv6(address) && value <= 128))) return {};
    }
    return {"must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"};
}

Complaints percent(std::string_view text) {
    const bool fine =
        text.size() > 1 && text.back() == '%' && std::all_of(text.begin(), text.end() - 1, digit);
    if (fine) return {};
    return {regexComplaint("a valid percent string must be a numeric string followed by an ending '%'",
                           "[0-9]+%", {"1%", "93%"})};
}

Complaints relativePath(std::string_view text) {
    Complaints out;
    if (text.starts_with('/')) out.push_back("must be a relative path");
    std::size_t start = 0;
    while (start <= text.size()) {
        std::size_t end = text.find('/', start);
        if (end == std::string_view::npos) end = text.size();
        if (text.substr(start, end - start) == "..") {
            out.push_back("must not contain '..'");
            break;
        }
        start = end + 1;
    }
    return out;
}

Complaints pathSegment(std::string_view text) {
    if (text == "." || text == "..") return {fmt::format("may not be '{}'", text)};
    Complaints out;
    for (const char c : {'/', '%'}) {
        if (text.find(c) != std::string_view::npos) out.push_back(fmt::format("may not contain '{}'", c));
    }
    return out;
}

} // namespace wheelhouse::api::semantics
