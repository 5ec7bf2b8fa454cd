#include "auth/attributes.h"

#include "path.h"

#include <algorithm>
#include <fmt/format.h>

namespace wheelhouse::apiserver::auth {
namespace {

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

std::string verbOfMethod(std::string_view method) {
    if (method == "POST") return "create";
    if (method == "GET" || method == "HEAD") return "get";
    if (method == "PUT") return "update";
    if (method == "PATCH") return "patch";
    if (method == "DELETE") return "delete";
    return {};
}

/// The one name a list is about, when its field selector says so.
std::string nameSelected(const std::string& selector) {
    for (const std::string_view key : {"metadata.name==", "metadata.name="}) {
        const auto at = selector.find(key);
        if (at == std::string::npos || (at > 0 && selector[at - 1] != ',')) continue;
        const auto begin = at + key.size();
        return selector.substr(begin, selector.find(',', begin) - begin);
    }
    return {};
}

void nameCollectionVerb(Attributes& out, const Query& query) {
    if (!out.name.empty()) return;
    if (out.verb == "delete") out.verb = "deletecollection";
    if (out.verb != "get" && out.verb != "watch") return;
    if (out.verb == "get") out.verb = query.flag("watch") ? "watch" : "list";
    out.name = nameSelected(out.fieldSelector);
}

/// "a<b" in a message that a browser might show.
std::string sanitized(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out.push_back(c);
    }
    return out;
}

} // namespace

Result<Attributes> attributesOf(std::string_view method, std::string_view path, std::string_view rawQuery) {
    Attributes out;
    out.verb = lower(method);
    auto decoded = percentDecode(path, false);
    if (!decoded) return fail(decoded.error());
    out.path = std::move(*decoded);
    auto parsed = pathSegments(path);
    if (!parsed) return fail(parsed.error());
    std::vector<std::string>& parts = *parsed;
    const bool core = !parts.empty() && parts[0] == "api";
    const std::size_t prefix = core ? 2 : 3;
    if (parts.size() <= prefix || (!core && parts[0] != "apis")) return out;

    auto query = Query::parse(rawQuery);
    if (!query) return fail(query.error());
    out.resourceRequest = true;
    if (!core) out.group = parts[1];
    out.version = parts[prefix - 1];
    out.verb = verbOfMethod(method);
    std::size_t at = prefix;
    if (parts[at] == "watch" || parts[at] == "proxy") {
        if (parts.size() == at + 1) return fail(Reason::BadRequest, "unable to determine kind and namespace");
        out.verb = parts[at++];
    }
    if (parts[at] == "namespaces" && parts.size() > at + 1) {
        out.nameSpace = parts[at + 1];
        const bool ofNamespace =
            parts.size() > at + 2 && (parts[at + 2] == "status" || parts[at + 2] == "finalize");
        // "namespaces/x/status" is about the namespace; with anything behind it, about a resource of that
        // name.
        if (parts.size() > at + 2 && !(ofNamespace && parts.size() == at + 3)) at += 2;
    }
    out.resource = parts[at];
    if (parts.size() > at + 1) out.name = parts[at + 1];
    if (parts.size() > at + 2 && out.verb != "proxy") out.subresource = parts[at + 2];
    out.fieldSelector = query->text("fieldSelector");
    nameCollectionVerb(out, *query);
    return out;
}

Status forbiddenTo(const User& user, const Attributes& attributes, std::string_view reason) {
    Status status;
    status.reason = Reason::Forbidden;
    std::string what;
    if (!attributes.resourceRequest)
        what = fmt::format("User \"{}\" cannot {} path \"{}\"", user.name, attributes.verb, attributes.path);
    else {
        std::string resource = attributes.resource;
        if (!attributes.subresource.empty()) resource += "/" + attributes.subresource;
        const std::string where = attributes.nameSpace.empty()
                                      ? "at the cluster scope"
                                      : fmt::format("in the namespace \"{}\"", attributes.nameSpace);
        what = fmt::format("User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}", user.name,
                           attributes.verb, resource, attributes.group, where);
    }
    what = sanitized(what);
    if (!reason.empty()) what += fmt::format(": {}", reason);
    if (attributes.resource.empty()) {
        status.message = "forbidden: " + what;
        return status;
    }
    status.group = attributes.group;
    status.kind = attributes.resource;
    status.name = attributes.name;
    const std::string qualified =
        attributes.group.empty() ? attributes.resource : attributes.resource + "." + attributes.group;
    status.message = attributes.name.empty()
                         ? fmt::format("{} is forbidden: {}", qualified, what)
                         : fmt::format("{} \"{}\" is forbidden: {}", qualified, attributes.name, what);
    return status;
}

} // namespace wheelhouse::apiserver::auth
