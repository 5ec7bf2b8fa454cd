#include "openapi.h"

#include "document.h"
#include "encode.h"
#include "engine/api/openapi.h"
#include "errors.h"
#include "json_text.h"
#include "negotiate.h"

#include <array>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utility>

namespace wheelhouse::apiserver {
namespace {

// Both names of one form: the older one is no media type by today's rules.
constexpr std::string_view oldGnosticType = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
constexpr std::string_view gnosticType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

std::string openApiIndexJson(const api::Catalogue& catalogue) {
    std::string out = "{\"paths\":{";
    bool first = true;
    for (const auto& each : api::openApiIndex(catalogue)) {
        if (!std::exchange(first, false)) out += ",";
        appendQuoted(out, each.path);
        out += ":{\"serverRelativeURL\":";
        appendQuoted(out, "/openapi/v3/" + each.path + "?hash=" + each.hash);
        out += "}";
    }
    return out + "}}";
}

Response answerOpenApiDocument(const api::Catalogue& catalogue, const RequestInfo& info,
                               const Request& request) {
    const auto found = api::openApiDocument(catalogue, info.rest);
    if (!found) return refusal(noSuchResource());
    const std::string& hash = info.query.text("hash");
    Response response;
    if (!hash.empty() && hash != found->hash) {
        response.code = 301;
        response.headers.emplace_back("location", "/openapi/v3/" + info.rest + "?hash=" + found->hash);
        return response;
    }
    const std::string etag = "\"" + found->hash + "\"";
    response.headers.emplace_back("content-type", "application/json");
    response.headers.emplace_back("etag", etag);
    response.headers.emplace_back("vary", "Accept");
    response.headers.emplace_back("cache-control", hash.empty() ? "no-cache, private" : "public, immutable");
    if (request.header("if-none-match") == etag)
        response.code = 304;
    else
        response.body = found->json;
    return response;
}

Response openApiV2(const api::Catalogue& catalogue, const Request& request) {
    constexpr std::array<std::string_view, 3> offered = {"application/json", oldGnosticType, gnosticType};
    const std::string_view type = preferredType(request.header("accept"), offered);
    if (type.empty()) return refusal(notAcceptable(fmt::format("{}", fmt::join(offered, ", "))));
    const bool json = type == offered.front();
    const api::OpenApiV2 made = api::openApiV2(catalogue);
    const std::string etag = "\"" + made.hash + "\"";
    Response response;
    response.headers.emplace_back("content-type", json ? type : gnosticType);
    response.headers.emplace_back("etag", etag);
    response.headers.emplace_back("vary", "Accept");
    response.headers.emplace_back("cache-control", "no-cache, private");
    if (request.header("if-none-match") == etag)
        response.code = 304;
    else
        response.body = json ? made.json : made.protobuf;
    return response;
}

} // namespace

Response answerOpenApi(const api::Catalogue& catalogue, const RequestInfo& info, const Request& request) {
    using Area = RequestInfo::Area;
    if (info.area == Area::OpenApiV2) return openApiV2(catalogue, request);
    if (info.area == Area::OpenApiDocument) return answerOpenApiDocument(catalogue, info, request);
    return document(openApiIndexJson(catalogue), "application/json", request, true);
}

} // namespace wheelhouse::apiserver
