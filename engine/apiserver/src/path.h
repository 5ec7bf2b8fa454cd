#pragma once

#include "engine/api/catalogue.h"
#include "engine/base/status.h"
#include "sourced_groups.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::apiserver {

/// The parameters of a query, decoded; of a name given twice the first counts, as in Kubernetes, where not
/// all are asked for.
class Query {
  public:
    static Result<Query> parse(std::string_view raw);
    /// Empty when absent.
    const std::string& text(std::string_view name) const;
    /// All values of a name, in order.
    std::vector<std::string> all(std::string_view name) const;
    /// The first of each name.
    std::map<std::string, std::string> first() const;
    bool has(std::string_view name) const { return values_.count(std::string(name)) > 0; }
    /// Everything but "", "0" and "false" is true.
    bool flag(std::string_view name) const;
    /// BadRequest when it is there and no whole number.
    Result<std::optional<std::int64_t>> number(std::string_view name) const;

  private:
    std::multimap<std::string, std::string, std::less<>> values_;
};

enum class Verb { Get, List, Watch, Create, Update, Patch, Delete, DeleteCollection };
std::string_view verbName(Verb verb);

/// What a request is about.
struct RequestInfo {
    enum class Area {
        Resource,
        Sourced, ///< below a group that a source answers for
        Root,
        Version,
        Health,
        CoreVersions,
        Groups,
        Group,
        Resources,
        OpenApiIndex,
        OpenApiDocument,
        OpenApiV2,
        Issuer, ///< what others check our tokens with
        Metrics
    };
    Area area = Area::Root;
    Verb verb = Verb::Get;
    const api::Kind* kind = nullptr; ///< for Resource
    std::string group;               ///< for Group, Resources, Sourced
    std::string version;             ///< for Resources, Sourced
    std::string nameSpace;
    std::string name;
    std::string subresource;
    std::string rest;               ///< the health check or document asked for
    std::vector<std::string> parts; ///< for Sourced: what follows the namespace, or else the version
    /// Which part of the path (counted between slashes, empty ones left out) begins what a proxy passes on; 0
    /// = nothing is.
    std::size_t restBegins = 0;
    Query query;
};

/// Everything between '%XX' and UTF-8; BadRequest for what is no encoding. `plusIsSpace` as in queries.
Result<std::string> percentDecode(std::string_view text, bool plusIsSpace);

/// The decoded parts of a path between its slashes, empty ones left out. Whoever looks at a path uses this,
/// so that what is authorised is what is served.
Result<std::vector<std::string>> pathSegments(std::string_view path);

/// Routes a request by method, path and query to what `catalogue` serves, or to one of the `sourced` groups.
/// Pure. NotFound for paths nothing is
/// served at, MethodNotAllowed for a verb the resource does not have.
Result<RequestInfo> parseRequest(const api::Catalogue& catalogue, const SourcedGroups::Names& sourced,
                                 std::string_view method, std::string_view path, std::string_view query);

} // namespace wheelhouse::apiserver
