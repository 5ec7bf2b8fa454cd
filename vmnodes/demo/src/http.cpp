#include "http.h"

#include <algorithm>
#include <cstdlib>

namespace wheelhouse::demo {

std::optional<Request> parseRequestLine(std::string_view line) {
    const auto first = line.find(' ');
    if (first == std::string_view::npos || first == 0) return std::nullopt;
    const auto second = line.find(' ', first + 1);
    if (second == std::string_view::npos || line.substr(second + 1).substr(0, 5) != "HTTP/")
        return std::nullopt;
    Request request;
    request.method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, second - first - 1);
    if (target.empty() || target.front() != '/') return std::nullopt;
    const auto mark = target.find('?');
    request.path = target.substr(0, mark);
    std::string_view rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        const std::string_view pair = rest.substr(0, end);
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
        request.query[std::string(pair.substr(0, equals))] = value;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return request;
}

double numberOf(const Request& request, const std::string& name, double fallback, double low, double high) {
    const auto found = request.query.find(name);
    if (found == request.query.end()) return fallback;
    char* end = nullptr;
    const double value = std::strtod(found->second.c_str(), &end);
    if (end == found->second.c_str() || *end != '\0' || !(value >= low)) return fallback;
    return std::min(value, high);
}

std::string response(int code, std::string_view body) {
    const char* reason = code == 200   ? "OK"
                         : code == 404 ? "Not Found"
                         : code == 400 ? "Bad Request"
                         : code == 405 ? "Method Not Allowed"
                                       : "Service Unavailable";
    std::string text = "HTTP/1.1 " + std::to_string(code) + " " + reason +
                       "\r\nContent-Type: text/plain; charset=utf-8" +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n";
    text += body;
    return text;
}

} // namespace wheelhouse::demo
