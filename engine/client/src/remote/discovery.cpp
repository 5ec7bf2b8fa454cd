#include "remote/discovery.h"

#include "engine/api/codec.h"
#include "engine/api/types.h"
#include "remote/answers.h"

#include <algorithm>
#include <boost/json.hpp>
#include <deque>

namespace wheelhouse::client::remote {

namespace json = boost::json;

namespace {

constexpr const char* aggregated =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

std::string text(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::vector<std::string> texts(const json::object& object, std::string_view name) {
    std::vector<std::string> found;
    const auto* value = object.if_contains(name);
    if (value && value->is_array())
        for (const auto& item : value->get_array())
            if (item.is_string()) found.emplace_back(item.get_string());
    return found;
}

json::array objects(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_array() ? value->get_array() : json::array();
}

/// The walk through the endpoints, one request after another; keeps itself alive by the callbacks of its
/// requests.
class Walk : public std::enable_shared_from_this<Walk> {
  public:
    using Done = std::function<void(Result<std::vector<ResourceInfo>>)>;
    Walk(std::shared_ptr<HttpClient> client, Done done)
        : client_(std::move(client)), done_(std::move(done)) {}

    void start() {
        paths_ = {"/api", "/apis"};
        next();
    }

  private:
    void next();
    void answered(const std::string& path, const HttpHead& head, const std::string& body);
    void readAggregated(const api::apidiscovery::APIGroupDiscoveryList& list);
    void readLegacy(const std::string& path, const json::object& root);
    void readResources(const json::object& root);

    std::shared_ptr<HttpClient> client_;
    Done done_;
    std::deque<std::string> paths_;
    std::vector<ResourceInfo> found_;
};

void Walk::next() {
    if (paths_.empty()) return done_(std::move(found_));
    const std::string path = paths_.front();
    paths_.pop_front();
    HttpRequest request;
    request.target = path;
    request.headers.emplace_back("Accept", aggregated);
    auto head = std::make_shared<HttpHead>();
    auto body = std::make_shared<std::string>();
    HttpEvents events;
    events.onHead = [head](const HttpHead& given) { *head = given; };
    events.onData = [body](std::string data) { *body += data; };
    events.onEnd = [self = shared_from_this(), path, head, body](Result<void> end) {
        if (!end) return self->done_(fail(end.error()));
        self->answered(path, *head, *body);
    };
    client_->send(std::move(request), std::move(events));
}

void Walk::answered(const std::string& path, const HttpHead& head, const std::string& body) {
    const auto contentType = head.header("content-type");
    if (head.code != 200) {
        // A group whose own server is down must not hide all the others.
        if (path != "/api" && path != "/apis") return next();
        return done_(fail(statusOf(head.code, contentType, body)));
    }
    if (contentType.find("as=APIGroupDiscoveryList") != std::string_view::npos) {
        auto decoded = api::decodeJson(body, api::apidiscovery::APIGroupDiscoveryList::descriptor(),
                                       api::FieldValidation::Ignore);
        if (!decoded) return done_(fail(decoded.error()));
        readAggregated(static_cast<const api::apidiscovery::APIGroupDiscoveryList&>(*decoded->message));
        return next();
    }
    json::error_code error;
    const json::value value = json::parse(body, error);
    if (error || !value.is_object())
        return done_(fail(Reason::InternalError, "the server's discovery does not parse"));
    readLegacy(path, value.get_object());
    next();
}

void Walk::readAggregated(const api::apidiscovery::APIGroupDiscoveryList& list) {
    for (const auto& group : list.items())
        for (const auto& version : group.versions())
            for (const auto& resource : version.resources()) {
                ResourceInfo info;
                info.name = {group.metadata().name(), version.version(), resource.resource()};
                info.kind = resource.responsekind().kind();
                info.singular = resource.singularresource();
                info.shortNames.assign(resource.shortnames().begin(), resource.shortnames().end());
                info.categories.assign(resource.categories().begin(), resource.categories().end());
                info.verbs.assign(resource.verbs().begin(), resource.verbs().end());
                for (const auto& subresource : resource.subresources())
                    info.subresources.push_back(subresource.subresource());
                info.namespaced = resource.scope() == "Namespaced";
                found_.push_back(std::move(info));
            }
}

void Walk::readLegacy(const std::string& path, const json::object& root) {
    const auto kind = text(root, "kind");
    if (kind == "APIVersions") {
        for (const auto& version : texts(root, "versions"))
            paths_.push_back("/api/" + version);
    } else if (kind == "APIGroupList") {
        for (const auto& group : objects(root, "groups"))
            if (group.is_object())
                for (const auto& version : objects(group.get_object(), "versions"))
                    if (version.is_object())
                        paths_.push_back("/apis/" + text(version.get_object(), "groupVersion"));
    } else if (kind == "APIResourceList" && path != "/api" && path != "/apis") {
        readResources(root);
    }
}

void Walk::readResources(const json::object& root) {
    const auto groupVersion = text(root, "groupVersion");
    const auto slash = groupVersion.find('/');
    const auto group = slash == std::string::npos ? "" : groupVersion.substr(0, slash);
    const auto version = slash == std::string::npos ? groupVersion : groupVersion.substr(slash + 1);
    std::vector<std::pair<std::string, std::string>> subresources;
    const std::size_t first = found_.size();
    for (const auto& value : objects(root, "resources")) {
        if (!value.is_object()) continue;
        const auto& resource = value.get_object();
        const auto name = text(resource, "name");
        if (const auto at = name.find('/'); at != std::string::npos) {
            subresources.emplace_back(name.substr(0, at), name.substr(at + 1));
            continue;
        }
        ResourceInfo info;
        info.name = {group, version, name};
        info.kind = text(resource, "kind");
        info.singular = text(resource, "singularName");
        info.shortNames = texts(resource, "shortNames");
        info.categories = texts(resource, "categories");
        info.verbs = texts(resource, "verbs");
        const auto* namespaced = resource.if_contains("namespaced");
        info.namespaced = namespaced && namespaced->is_bool() && namespaced->get_bool();
        found_.push_back(std::move(info));
    }
    for (auto& [resource, subresource] : subresources)
        for (std::size_t i = first; i < found_.size(); ++i)
            if (found_[i].name.resource == resource) found_[i].subresources.push_back(subresource);
}

} // namespace

void discover(std::shared_ptr<HttpClient> client,
              std::function<void(Result<std::vector<ResourceInfo>>)> done) {
    std::make_shared<Walk>(std::move(client), std::move(done))->start();
}

} // namespace wheelhouse::client::remote
