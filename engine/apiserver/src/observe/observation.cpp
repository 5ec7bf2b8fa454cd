#include "observe/observation.h"

#include "engine/api/codec.h"
#include "engine/api/time.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <fmt/format.h>

namespace wheelhouse::apiserver::observe {

namespace {

namespace json = boost::json;

/// The client went before it had an answer: nginx' code, as there is none in HTTP.
constexpr int clientGone = 499;
constexpr std::array<std::string_view, 6> methods{"GET", "POST", "PUT", "PATCH", "DELETE", "CONNECT"};

std::string_view verbLabel(const RequestInfo& info, bool applies) {
    switch (info.verb) {
    case Verb::Get:
        return "GET";
    case Verb::List:
        return "LIST";
    case Verb::Watch:
        return "WATCH";
    case Verb::Create:
        return "POST";
    case Verb::Update:
        return "PUT";
    case Verb::Patch:
        return applies ? "APPLY" : "PATCH";
    case Verb::Delete:
        return "DELETE";
    case Verb::DeleteCollection:
        break;
    }
    return "DELETECOLLECTION";
}

bool connects(std::string_view subresource) {
    return subresource == "exec" || subresource == "attach" || subresource == "portforward" ||
           subresource == "proxy";
}

/// The path of something that is no resource, of those that the server has.
std::string_view pathLabel(RequestInfo::Area area, const std::string& name) {
    using Area = RequestInfo::Area;
    switch (area) {
    case Area::Version:
        return "/version";
    case Area::Health:
        return name == "livez" ? "/livez" : name == "readyz" ? "/readyz" : "/healthz";
    case Area::CoreVersions:
        return "/api";
    case Area::Groups:
    case Area::Group:
    case Area::Sourced:
        return "/apis";
    case Area::OpenApiIndex:
    case Area::OpenApiDocument:
        return "/openapi/v3";
    case Area::Metrics:
        return "/metrics";
    default:
        return "";
    }
}

json::object userJson(const User& user) {
    json::object out;
    out["username"] = user.name;
    if (!user.uid.empty()) out["uid"] = user.uid;
    if (!user.groups.empty()) out["groups"] = json::array(user.groups.begin(), user.groups.end());
    if (!user.extra.empty()) {
        json::object extra;
        for (const auto& [key, values] : user.extra)
            extra[key] = json::array(values.begin(), values.end());
        out["extra"] = std::move(extra);
    }
    return out;
}

json::object referenceJson(const auth::Attributes& about) {
    json::object out;
    const auto set = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) out[key] = value;
    };
    set("resource", about.resource);
    set("namespace", about.nameSpace);
    set("name", about.name);
    set("apiGroup", about.group);
    set("apiVersion", about.version);
    set("subresource", about.subresource);
    return out;
}

std::string timestamp(WallTime time) {
    const auto since = time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
    return api::formatMicros(seconds.count(), static_cast<std::int32_t>((since - seconds).count()));
}

void dropManagedFields(json::value& value) {
    if (!value.is_object()) return;
    if (auto* metadata = value.as_object().if_contains("metadata"); metadata && metadata->is_object())
        metadata->as_object().erase("managedFields");
    if (auto* items = value.as_object().if_contains("items"); items && items->is_array())
        for (auto& item : items->as_array())
            dropManagedFields(item);
}

void addBody(json::object& event, std::string_view key, const std::string& text, bool omitManagedFields) {
    if (text.empty()) return;
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error) return;
    if (omitManagedFields) dropManagedFields(value);
    event[key] = std::move(value);
}

} // namespace

struct Observation::Told {
    std::string uri;
    std::string userAgent;
    std::string forwarded; ///< sourceIPs
    std::optional<User> sender;
    std::optional<User> actsAs;
    auth::Attributes attributes;
    std::vector<std::pair<std::string, std::string>> annotations;
    std::optional<Status> refusal;
    std::string requestJson;
};

Observation::Observation(std::shared_ptr<Observer> observer, const Request& request)
    : observer_(std::move(observer)), started_(observer_->clock.now()), received_(observer_->clock.wallNow()),
      told_(std::make_unique<Told>()) {
    told_->uri = request.query.empty() ? request.path : request.path + "?" + request.query;
    told_->userAgent = request.header("user-agent");
    told_->forwarded = request.remoteAddress;
    if (std::find(methods.begin(), methods.end(), request.method) != methods.end())
        labels_.verb = request.method;
}

Observation::~Observation() {
    finish();
}

void Observation::routedTo(const RequestInfo& info, bool applies, bool longRunning) {
    longRunning_ = longRunning;
    if (info.area != RequestInfo::Area::Resource || info.kind == nullptr) {
        labels_.subresource = pathLabel(info.area, info.name);
    } else {
        labels_.verb = connects(info.subresource) ? "CONNECT" : verbLabel(info, applies);
        labels_.group = info.kind->name.group;
        labels_.version = info.kind->name.version;
        labels_.resource = info.kind->name.resource;
        labels_.subresource = info.subresource;
        labels_.scope = !info.name.empty() ? "resource" : !info.nameSpace.empty() ? "namespace" : "cluster";
        if (info.query.text("dryRun") == "All") labels_.dryRun = "All";
    }
    if (longRunning_) observer_->metrics.opened(labels_);
}

void Observation::by(const std::string& auditId, const User* sender, const User* actsAs,
                     const auth::Attributes& attributes) {
    auditId_ = auditId;
    told_->attributes = attributes;
    if (sender) told_->sender = *sender;
    if (actsAs) told_->actsAs = *actsAs;
    if (!observer_->audit.write) return;
    decision_ = decide(observer_->audit.policy, told_->sender.value_or(User{}), told_->attributes);
    observer_->metrics.audited(levelName(decision_.level));
    log(AuditStage::RequestReceived, 0);
}

void Observation::annotate(const std::string& key, std::string value) {
    if (told_) told_->annotations.emplace_back(key, std::move(value));
}

void Observation::refused(const Status& status) {
    if (told_) told_->refusal = status;
}

void Observation::sent(std::string_view contentType, const std::string& body) {
    if (!wantsRequest() || body.empty()) return;
    if (contentType.find("yaml") != std::string_view::npos) {
        if (auto documents = api::yamlToJson(body); documents && documents->size() == 1)
            told_->requestJson = documents->front();
        return;
    }
    if (contentType.find("protobuf") == std::string_view::npos) {
        told_->requestJson = body;
        return;
    }
    if (auto decoded = api::decodeProtobuf(body))
        told_->requestJson = api::encodeJson(*decoded->message, decoded->apiVersion, decoded->kindName);
}

void Observation::streaming(int code) {
    streamCode_ = code;
    if (!longRunning_) return;
    log(AuditStage::ResponseStarted, code);
    if (logs(AuditStage::ResponseComplete)) return;
    told_.reset(); // streams last long and are many
}

void Observation::finish() {
    const int code = streamCode_;
    finish(code != 0 ? code : clientGone);
}

void Observation::finish(int code) {
    if (finished_.exchange(true)) return;
    observer_->metrics.finished(labels_,
                                {code, observer_->clock.now() - started_, bytes_.load(), longRunning_});
    log(AuditStage::ResponseComplete, code);
    responseJson_ = nullptr;
}

bool Observation::logs(AuditStage stage) const {
    return decision_.level != AuditLevel::None && decision_.stages[static_cast<std::size_t>(stage)];
}

void Observation::log(AuditStage stage, int code) const {
    if (!logs(stage)) return;
    observer_->audit.write(event(stage, code));
}

std::string Observation::event(AuditStage stage, int code) const {
    json::object out;
    out["kind"] = "Event";
    out["apiVersion"] = "audit.k8s.io/v1";
    out["level"] = levelName(decision_.level);
    out["auditID"] = auditId_;
    out["stage"] = stageName(stage);
    out["requestURI"] = told_->uri;
    out["verb"] = told_->attributes.verb;
    out["user"] = userJson(told_->sender.value_or(User{}));
    if (told_->actsAs) out["impersonatedUser"] = userJson(*told_->actsAs);
    if (!told_->forwarded.empty()) out["sourceIPs"] = json::array{told_->forwarded};
    if (!told_->userAgent.empty()) out["userAgent"] = told_->userAgent;
    if (told_->attributes.resourceRequest) out["objectRef"] = referenceJson(told_->attributes);
    if (stage != AuditStage::RequestReceived) {
        json::object status;
        status["metadata"] = json::object();
        if (told_->refusal) {
            status["status"] = "Failure";
            status["message"] = told_->refusal->message;
            status["reason"] = reasonName(told_->refusal->reason);
        }
        status["code"] = code;
        out["responseStatus"] = std::move(status);
        addBody(out, "requestObject", told_->requestJson, decision_.omitManagedFields);
    }
    if (stage == AuditStage::ResponseComplete && wantsResponse() && responseJson_)
        addBody(out, "responseObject", responseJson_(), decision_.omitManagedFields);
    out["requestReceivedTimestamp"] = timestamp(received_);
    out["stageTimestamp"] = timestamp(observer_->clock.wallNow());
    if (!told_->annotations.empty()) {
        json::object notes;
        for (const auto& [key, value] : told_->annotations)
            notes[key] = value;
        out["annotations"] = std::move(notes);
    }
    return json::serialize(out);
}

namespace {

/// A request whose answer is made as the client takes it ends with that, or with the client's leaving.
class CountedSource final : public BodySource {
  public:
    CountedSource(std::shared_ptr<BodySource> inner, std::shared_ptr<Observation> notes, int code)
        : inner_(std::move(inner)), notes_(std::move(notes)), code_(code) {}
    ~CountedSource() override { notes_->finish(code_); }

    bool next(std::string& out) override {
        const std::size_t before = out.size();
        const bool more = inner_->next(out);
        notes_->wrote(out.size() - before);
        return more;
    }

  private:
    const std::shared_ptr<BodySource> inner_;
    const std::shared_ptr<Observation> notes_;
    const int code_;
};

class ObservedExchange final : public Exchange {
  public:
    ObservedExchange(std::shared_ptr<Exchange> inner, std::shared_ptr<Observation> notes)
        : inner_(std::move(inner)), notes_(std::move(notes)) {}

    void respond(std::function<Response()> render) override {
        inner_->respond([render = std::move(render), notes = notes_] {
            Response response = render();
            if (response.body) notes->wrote(response.body->size());
            if (response.source)
                response.source =
                    std::make_shared<CountedSource>(std::move(response.source), notes, response.code);
            else
                notes->finish(response.code);
            return response;
        });
    }
    void begin(int code, Headers headers) override {
        notes_->streaming(code);
        inner_->begin(code, std::move(headers));
    }
    void write(Bytes chunk) override {
        if (chunk) notes_->wrote(chunk->size());
        inner_->write(std::move(chunk));
    }
    void end() override {
        notes_->finish();
        inner_->end();
    }
    void abort() override {
        notes_->finish();
        inner_->abort();
    }
    bool upgrade(Headers headers, std::shared_ptr<Upgraded> client) override {
        if (!inner_->upgrade(std::move(headers), std::move(client))) return false;
        notes_->streaming(101);
        return true;
    }
    void taken(std::size_t bytes) override { inner_->taken(bytes); }
    std::size_t pendingBytes() const override { return inner_->pendingBytes(); }

  private:
    const std::shared_ptr<Exchange> inner_;
    const std::shared_ptr<Observation> notes_;
};

} // namespace

std::shared_ptr<Exchange> observed(std::shared_ptr<Exchange> exchange,
                                   std::shared_ptr<Observation> observation) {
    return std::make_shared<ObservedExchange>(std::move(exchange), std::move(observation));
}

} // namespace wheelhouse::apiserver::observe
