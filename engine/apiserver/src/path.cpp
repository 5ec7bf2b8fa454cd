#include "path.h"

#include "engine/api/pod_parts.h"
#include "errors.h"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace wheelhouse::apiserver {
namespace {

int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// What each subresource can be asked; `Get` means the GET method.
bool subresourceAllows(std::string_view subresource, Verb verb) {
    if (subresource == "status" || subresource == "scale" || subresource == "approval" ||
        api::isPodPart(subresource))
        return verb == Verb::Get || verb == Verb::Update || verb == Verb::Patch;
    if (subresource == "log" || subresource == "matrix") return verb == Verb::Get;
    if (subresource == "exec" || subresource == "attach" || subresource == "portforward")
        return verb == Verb::Get || verb == Verb::Create;
    if (subresource == "proxy") return true;
    if (subresource == "binding" || subresource == "eviction" || subresource == "token")
        return verb == Verb::Create;
    if (subresource == "finalize") return verb == Verb::Update;
    return false;
}

Result<Verb> verbOf(std::string_view method, const RequestInfo& info, bool watchPath) {
    if (method == "GET" || method == "HEAD") {
        if (!info.subresource.empty()) return Verb::Get;
        if (watchPath || info.query.flag("watch")) return Verb::Watch;
        return info.name.empty() ? Verb::List : Verb::Get;
    }
    if (method == "POST") {
        if (info.name.empty() != info.subresource.empty()) return fail(methodNotAllowed());
        return Verb::Create;
    }
    if (method == "OPTIONS" && info.subresource == "proxy") return Verb::Get;
    if (method == "DELETE") return info.name.empty() ? Verb::DeleteCollection : Verb::Delete;
    if (info.name.empty()) return fail(methodNotAllowed());
    if (method == "PUT") return Verb::Update;
    if (method == "PATCH") return Verb::Patch;
    return fail(methodNotAllowed());
}

/// `segments` from `at` on: [watch/] [namespaces/NS/] RESOURCE [/NAME [/SUBRESOURCE]].
Result<void> parseResource(const api::Catalogue& catalogue, std::string_view method,
                           std::vector<std::string>& segments, std::size_t at, RequestInfo& info) {
    const bool watchPath = segments[at] == "watch";
    if (watchPath) ++at;
    if (at >= segments.size()) return fail(noSuchResource());
    bool namespacedPath = false;
    const bool underNamespace =
        segments[at] == "namespaces" && segments.size() - at >= 3 &&
        !(segments.size() - at == 3 && (segments[at + 2] == "status" || segments[at + 2] == "finalize"));
    if (underNamespace) {
        namespacedPath = true;
        info.nameSpace = segments[at + 1];
        at += 2;
    }
    const std::size_t left = segments.size() - at;
    // What follows a proxy is for the other side.
    const bool proxied = left > 3 && segments[at + 2] == "proxy";
    if (left < 1 || (left > 3 && !proxied)) return fail(noSuchResource());
    if (proxied) info.restBegins = at + 3;
    info.kind = catalogue.find(api::ResourceName{info.group, info.version, segments[at]});
    if (!info.kind) return fail(noSuchResource());
    if (left > 1) info.name = segments[at + 1];
    if (left > 2) info.subresource = segments[at + 2];
    // A cluster-scoped object is never reached through a namespaced path, nor a namespaced one without its
    // namespace.
    if (namespacedPath && !info.kind->namespaced) return fail(noSuchResource());
    if (info.kind->namespaced && !namespacedPath && !info.name.empty()) return fail(noSuchResource());
    if (!info.subresource.empty() && !info.kind->hasSubresource(info.subresource))
        return fail(noSuchResource());
    auto verb = verbOf(method, info, watchPath);
    if (!verb) return fail(verb.error());
    info.verb = *verb;
    if (!info.subresource.empty() && !subresourceAllows(info.subresource, info.verb))
        return fail(methodNotAllowed());
    if (info.verb == Verb::Create && info.kind->namespaced && !namespacedPath)
        return fail(methodNotAllowed());
    if (info.subresource.empty() && !info.kind->allows(verbName(info.verb))) return fail(methodNotAllowed());
    if (info.verb == Verb::DeleteCollection && info.kind->namespaced && !namespacedPath)
        return fail(methodNotAllowed());
    return {};
}

/// Null where no source answers for the group.
const std::vector<std::string>* versionsOf(const SourcedGroups::Names& sourced, const std::string& group) {
    for (const auto& [name, versions] : sourced)
        if (name == group) return &versions;
    return nullptr;
}

/// Of a group a source answers for: apis/GROUP [/VERSION [/namespaces/NS] [/…]].
Result<void> parseSourced(const SourcedGroups::Names& sourced, const std::vector<std::string>& segments,
                          RequestInfo& info) {
    info.group = segments[1];
    info.area = RequestInfo::Area::Group;
    if (segments.size() == 2) return {};
    info.version = segments[2];
    const std::vector<std::string>& versions = *versionsOf(sourced, info.group);
    if (std::find(versions.begin(), versions.end(), info.version) == versions.end())
        return fail(noSuchResource());
    info.area = RequestInfo::Area::Resources;
    if (segments.size() == 3) return {};
    std::size_t at = 3;
    if (segments[at] == "namespaces" && segments.size() > at + 1) {
        info.nameSpace = segments[at + 1];
        at += 2;
    }
    info.area = RequestInfo::Area::Sourced;
    info.parts.assign(segments.begin() + static_cast<std::ptrdiff_t>(at), segments.end());
    if (info.parts.empty()) return fail(noSuchResource());
    return {};
}

} // namespace

Result<std::vector<std::string>> pathSegments(std::string_view path) {
    std::vector<std::string> segments;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        std::size_t end = path.find('/', begin);
        if (end == std::string_view::npos) end = path.size();
        if (end > begin) {
            auto segment = percentDecode(path.substr(begin, end - begin), false);
            if (!segment) return fail(segment.error());
            segments.push_back(std::move(*segment));
        }
        begin = end + 1;
    }
    return segments;
}

Result<std::string> percentDecode(std::string_view text, bool plusIsSpace) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && plusIsSpace) c = ' ';
        if (c == '%') {
            const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
            const int low = high >= 0 && i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
            if (high < 0 || low < 0)
                return fail(Reason::BadRequest, fmt::format("invalid URL escape \"{}\"", text.substr(i, 3)));
            c = static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (c == '\0') return fail(Reason::BadRequest, "the request target contains a null byte");
        out.push_back(c);
    }
    return out;
}

Result<Query> Query::parse(std::string_view raw) {
    Query query;
    for (std::size_t begin = 0; begin < raw.size();) {
        std::size_t end = raw.find('&', begin);
        if (end == std::string_view::npos) end = raw.size();
        const std::string pair(raw.substr(begin, end - begin));
        begin = end + 1;
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const bool valued = equals != std::string::npos;
        auto name = percentDecode(valued ? pair.substr(0, equals) : pair, true);
        if (!name) return fail(name.error());
        auto value = percentDecode(valued ? pair.substr(equals + 1) : std::string(), true);
        if (!value) return fail(value.error());
        query.values_.emplace(std::move(*name), std::move(*value));
    }
    return query;
}

const std::string& Query::text(std::string_view name) const {
    static const std::string none;
    const auto [first, end] = values_.equal_range(name);
    return first == end ? none : first->second;
}

std::map<std::string, std::string> Query::first() const {
    return {values_.begin(), values_.end()};
}

std::vector<std::string> Query::all(std::string_view name) const {
    std::vector<std::string> out;
    const auto [first, end] = values_.equal_range(name);
    for (auto it = first; it != end; ++it)
        out.push_back(it->second);
    return out;
}

bool Query::flag(std::string_view name) const {
    const std::string& value = text(name);
    return !value.empty() && value != "0" && value != "false" && value != "False" && value != "FALSE";
}

Result<std::optional<std::int64_t>> Query::number(std::string_view name) const {
    const std::string& value = text(name);
    if (value.empty()) return std::optional<std::int64_t>();
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size())
        return fail(Reason::BadRequest,
                    fmt::format("the query parameter {} must be a whole number, not \"{}\"", name, value));
    return std::optional<std::int64_t>(number);
}

std::string_view verbName(Verb verb) {
    switch (verb) {
    case Verb::Get:
        return "get";
    case Verb::List:
        return "list";
    case Verb::Watch:
        return "watch";
    case Verb::Create:
        return "create";
    case Verb::Update:
        return "update";
    case Verb::Patch:
        return "patch";
    case Verb::Delete:
        return "delete";
    case Verb::DeleteCollection:
        return "deletecollection";
    }
    return "";
}

Result<RequestInfo> parseRequest(const api::Catalogue& catalogue, const SourcedGroups::Names& sourced,
                                 std::string_view method, std::string_view path, std::string_view rawQuery) {
    RequestInfo info;
    auto query = Query::parse(rawQuery);
    if (!query) return fail(query.error());
    info.query = std::move(*query);
    auto parsed = pathSegments(path);
    if (!parsed) return fail(parsed.error());
    std::vector<std::string>& segments = *parsed;
    using Area = RequestInfo::Area;

    std::optional<Area> area;
    const std::string first = segments.empty() ? "" : segments[0];
    const std::size_t count = segments.size();
    if (count == 0)
        area = Area::Root;
    else if (first == "version" && count == 1)
        area = Area::Version;
    else if (path == "/.well-known/openid-configuration" || path == "/openid/v1/jwks")
        area = Area::Issuer;
    else if (first == "metrics" && count == 1)
        area = Area::Metrics;
    else if ((first == "healthz" || first == "livez" || first == "readyz") && count <= 2) {
        area = Area::Health;
        info.name = first;
        if (count == 2) info.rest = segments[1];
    } else if (first == "openapi" && count == 2 && segments[1] == "v2")
        area = Area::OpenApiV2;
    else if (first == "openapi" && count == 2 && segments[1] == "v3")
        area = Area::OpenApiIndex;
    else if (first == "openapi" && count > 2 && segments[1] == "v3") {
        area = Area::OpenApiDocument;
        for (std::size_t i = 2; i < count; ++i)
            info.rest += (i > 2 ? "/" : "") + segments[i];
    } else if (first == "apis" && count >= 2 && versionsOf(sourced, segments[1])) {
        if (auto routed = parseSourced(sourced, segments, info); !routed) return fail(routed.error());
        area = info.area;
    } else if (first == "api" && count == 1)
        area = Area::CoreVersions;
    else if (first == "apis" && count == 1)
        area = Area::Groups;
    else if (first == "apis" && count == 2) {
        if (!catalogue.findGroup(segments[1])) return fail(noSuchResource());
        info.group = segments[1];
        area = Area::Group;
    }
    const std::size_t prefix = first == "api" ? 2 : 3;
    if (!area && (first == "api" || first == "apis") && count >= prefix) {
        info.group = first == "api" ? "" : segments[1];
        info.version = segments[prefix - 1];
        if (!catalogue.findVersion(info.group, info.version)) return fail(noSuchResource());
        if (count == prefix)
            area = Area::Resources;
        else {
            info.area = Area::Resource;
            if (auto done = parseResource(catalogue, method, segments, prefix, info); !done)
                return fail(done.error());
            return info;
        }
    }
    if (!area) return fail(noSuchResource());
    if (method != "GET" && method != "HEAD") return fail(methodNotAllowed());
    info.area = *area;
    return info;
}

} // namespace wheelhouse::apiserver
