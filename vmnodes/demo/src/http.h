#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace wheelhouse::demo {

/// The first line of a request, its query split. Headers are of no interest here.
struct Request {
    std::string method;
    std::string path;
    std::map<std::string, std::string> query;
};

/// Parses "GET /path?name=value HTTP/1.1"; nothing when it is no request line.
std::optional<Request> parseRequestLine(std::string_view line);
/// `name` of the query as a number within [low, high]; `fallback` when absent or not a number.
double numberOf(const Request& request, const std::string& name, double fallback, double low, double high);
/// A whole HTTP/1.1 response that closes the connection.
std::string response(int code, std::string_view body);

} // namespace wheelhouse::demo
