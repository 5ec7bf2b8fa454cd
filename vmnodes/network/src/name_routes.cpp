#include "vmnodes/network/name_routes.h"

#include "dns_message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <charconv>
#include <fmt/format.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace wheelhouse::network {

namespace {

constexpr const char* domainsKey = "stubDomains";
constexpr const char* upstreamKey = "upstreamNameservers";

bool isAddress(const std::string& text) {
    std::array<char, 16> raw{};
    const std::string unscoped = text.substr(0, text.find('%')); // fe80::1%eth0
    return ::inet_pton(AF_INET, text.c_str(), raw.data()) == 1 ||
           ::inet_pton(AF_INET6, unscoped.c_str(), raw.data()) == 1;
}

Result<std::vector<std::string>> serversIn(const google::protobuf::Value& list, const std::string& where) {
    if (list.kind_case() != google::protobuf::Value::kListValue || list.list_value().values().empty())
        return fail(Reason::Invalid, fmt::format("{} must be a list of name servers", where));
    std::vector<std::string> out;
    for (const google::protobuf::Value& each : list.list_value().values()) {
        if (each.kind_case() != google::protobuf::Value::kStringValue || !nameServerIn(each.string_value()))
            return fail(Reason::Invalid,
                        fmt::format("{}: \"{}\" is no address of a name server (such as 192.0.2.1 or "
                                    "192.0.2.1:5353)",
                                    where, each.string_value()));
        out.push_back(each.string_value());
    }
    return out;
}

/// The JSON behind a key; nothing where there is none.
Result<google::protobuf::Value> jsonOf(const api::core::ConfigMap& settings, const char* key) {
    google::protobuf::Value value;
    const auto found = settings.data().find(key);
    if (found == settings.data().end() || found->second.find_first_not_of(" \t\n") == std::string::npos)
        return value;
    if (!google::protobuf::util::JsonStringToMessage(found->second, &value).ok())
        return fail(Reason::Invalid, fmt::format("{} is no JSON", key));
    return value;
}

std::string domainOf(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    if (text.ends_with('.')) text.pop_back();
    return text;
}

} // namespace

std::optional<NameServerPlace> nameServerIn(const std::string& text) {
    if (isAddress(text)) return NameServerPlace{text};
    const std::size_t colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    NameServerPlace place{text.substr(0, colon)};
    if (place.address.starts_with('[') && place.address.ends_with(']'))
        place.address = place.address.substr(1, place.address.size() - 2);
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, place.port);
    if (!isAddress(place.address) || read.ec != std::errc() || read.ptr != end || place.port == 0)
        return std::nullopt;
    return place;
}

Result<NameRoutes> NameRoutes::of(const api::core::ConfigMap& settings) {
    NameRoutes out;
    const auto domains = jsonOf(settings, domainsKey);
    if (!domains) return fail(domains.error());
    if (domains->kind_case() != google::protobuf::Value::KIND_NOT_SET) {
        if (domains->kind_case() != google::protobuf::Value::kStructValue)
            return fail(Reason::Invalid,
                        fmt::format("{} must be lists of name servers by domain", domainsKey));
        for (const auto& [name, list] : domains->struct_value().fields()) {
            const std::string domain = domainOf(name);
            if (domain.empty() || dns::wireName(domain).empty())
                return fail(Reason::Invalid, fmt::format("{}: \"{}\" is no domain", domainsKey, name));
            auto servers = serversIn(list, fmt::format("{}[{}]", domainsKey, name));
            if (!servers) return fail(servers.error());
            out.domains_[domain] = std::move(*servers);
        }
    }
    const auto upstream = jsonOf(settings, upstreamKey);
    if (!upstream) return fail(upstream.error());
    if (upstream->kind_case() != google::protobuf::Value::KIND_NOT_SET) {
        auto servers = serversIn(*upstream, upstreamKey);
        if (!servers) return fail(servers.error());
        out.upstream_ = std::move(*servers);
    }
    return out;
}

const std::vector<std::string>& NameRoutes::serversFor(const std::string& name) const {
    // Each label taken away leaves a shorter domain: the first one known is the longest.
    for (std::size_t at = 0; at < name.size();) {
        if (const auto found = domains_.find(name.substr(at)); found != domains_.end()) return found->second;
        const std::size_t dot = name.find('.', at);
        if (dot == std::string::npos) break;
        at = dot + 1;
    }
    return upstream_;
}

} // namespace wheelhouse::network
