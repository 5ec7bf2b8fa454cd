#include "call.h"

#include "auth/auth.h"
#include "auth/issuer_documents.h"
#include "auth/reader.h"
#include "body.h"
#include "discovery.h"
#include "encode.h"
#include "engine/api/custom_resource.h"
#include "engine/api/yaml.h"
#include "errors.h"
#include "health.h"
#include "metrics.h"
#include "openapi.h"
#include "options_kind.h"
#include "ownership.h"
#include "path.h"
#include "streams.h"
#include "streams/connect.h"
#include "streams/message_exchange.h"
#include "streams/proxy.h"
#include "warnings.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>

namespace wheelhouse::apiserver {

void addCommonHeaders(Headers& headers, const std::string& auditId) {
    headers.emplace_back("cache-control", "no-cache, private");
    headers.emplace_back("audit-id", auditId);
}

Response errorResponse(const Status& status, const Format& format, const std::string& auditId) {
    Format plain;
    plain.encoding = format.encoding;
    Response response;
    response.code = httpCode(status.reason);
    response.headers.emplace_back("content-type", plain.contentType(false));
    addCommonHeaders(response.headers, auditId);
    if (status.retryAfterSeconds > 0)
        response.headers.emplace_back("retry-after", std::to_string(status.retryAfterSeconds));
    response.body = std::make_shared<const std::string>(encodeStatus(status, plain));
    return response;
}

namespace {

constexpr std::string_view acceptedPatches =
    "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, "
    "application/apply-patch+yaml";
constexpr std::string_view customPatches =
    "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";

/// What a call is about: needed until its answer is under way.
struct Asked {
    explicit Asked(Request from) : request(std::move(from)) {}
    Request request;
    RequestInfo info;
    auth::Credentials credentials;
    Result<auth::Attributes> attributes;
    User user; ///< control; known once the request is authorised
};

class Call final : public Running, public std::enable_shared_from_this<Call> {
  public:
    Call(const std::shared_ptr<Core>& core, Request request, std::shared_ptr<Exchange> exchange)
        : core_(core), auth_(core->auth), control_(core->control), catalogue_(core->catalogue.load()),
          sourced_(core->sourced.names()), asked_(std::make_unique<Asked>(std::move(request))),
          notes_(std::make_shared<observe::Observation>(core->observer, asked_->request)),
          exchange_(observe::observed(std::move(exchange), notes_)) {}

    void start() {
        auto work = parse();
        control_.post([self = shared_from_this(), work = std::move(work)] { self->execute(work); });
    }

    void cancel() override {
        if (cancelled_.exchange(true)) return;
        control_.post([self = shared_from_this()] { self->endSession(); });
    }

  private:
    /// The second part of a request, prepared by the first.
    using Work = std::function<void(const std::shared_ptr<Core>&)>;

    void execute(const Result<Work>& work) {
        const auto core = core_.lock();
        if (cancelled_ || !core) return;
        const std::string_view given = asked_->request.header("audit-id");
        auditId_ = given.empty() || given.size() > 64 ? makeUuid(core->random) : std::string(given);
        // Who may not ask is not told whether the question made sense.
        if (auto allowed = authorize(); !allowed) return refuse(allowed.error());
        if (!work) return refuse(work.error());
        (*work)(core);
    }

    /// A stream, if one began, lives until it ends or its client goes, whoever else forgets this call.
    void holdSession(std::shared_ptr<StreamSession> session) {
        session_ = std::move(session);
        self_ = session_ ? shared_from_this() : nullptr;
    }
    Task sessionEnd() {
        return [weak = weak_from_this()] {
            if (const auto self = weak.lock()) self->endSession();
        };
    }
    void endSession() {
        session_.reset();
        self_.reset();
    }

    void refuse(Status status) {
        notes_->refused(status);
        exchange_->respond([status = std::move(status), format = format_, auditId = auditId_] {
            return errorResponse(status, format, auditId);
        });
    }

    using Pieces = std::function<std::shared_ptr<BodySource>(const Format&)>;
    /// `pieces` may give the same bytes as `encode` bit by bit, or nothing.
    void answer(int code, std::function<std::string(const Format&)> encode,
                const std::vector<std::string>& warnings = {}, Pieces pieces = {}) {
        if (notes_->wantsResponse()) notes_->answered([encode] { return encode(Format{}); });
        exchange_->respond(
            [code, encode = std::move(encode), pieces = std::move(pieces), warnings, format = format_,
             deprecation = asked_->info.kind ? deprecationOf(*asked_->info.kind) : "", auditId = auditId_] {
                Response response;
                response.code = code;
                response.headers.emplace_back("content-type", format.contentType(false));
                addCommonHeaders(response.headers, auditId);
                if (!deprecation.empty()) addWarnings(response.headers, {deprecation});
                addWarnings(response.headers, warnings);
                if (pieces) response.source = pieces(format);
                if (!response.source) response.body = std::make_shared<const std::string>(encode(format));
                return response;
            });
    }
    void answerList(ListAnswer found, WallTime now) {
        auto list = std::make_shared<const ListAnswer>(std::move(found));
        const auto whole = [list, kind = asked_->info.kind, now](const Format& format) {
            return encodeList(*kind, list, format, now);
        };
        answer(200, whole, {}, [list, kind = asked_->info.kind, now](const Format& format) {
            return listSource(*kind, list, format, now);
        });
    }

    Done answerOutcome(const Core& core) {
        return [self = shared_from_this(), &clock = core.dates](Result<Outcome> outcome) {
            if (!outcome) return self->refuse(std::move(outcome.error()));
            self->answer(
                outcome->created ? 201 : 200,
                [outcome = *outcome, kind = self->asked_->info.kind,
                 now = clock.wallNow()](const Format& format) {
                    return outcome.answer ? encodeMessage(*outcome.answer, outcome.answerVersion,
                                                          outcome.answerKind, format)
                                          : encodeObject(*kind, outcome.object, format, now);
                },
                outcome->warnings);
        };
    }

    Result<Work> parse();
    Result<void> authorize();
    std::shared_ptr<const Reader> reader() const {
        return api::isComputed(*asked_->info.kind) ? auth::readerFor(auth_, asked_->user) : nullptr;
    }
    void note(const Result<User>& user);
    bool longRunning() const;
    Result<Work> parseResource();
    Result<Work> parseSourced();
    Result<Work> parseRead();
    Result<Work> parseList();
    Result<Work> parseWatch(Selection selection);
    Result<Work> parseLog();
    Result<Work> parseConnect();
    Result<Work> parseProxy();
    Result<void> speakMessages(const std::vector<std::string_view>& served, const std::string& otherwise);
    Result<Work> parseWrite();
    Result<Work> parsePatch();
    Result<Work> parseDelete();
    Result<bool> dryRun() const;
    WriteRequest writeRequest() const;

    std::weak_ptr<Core> core_;
    const std::shared_ptr<auth::Auth> auth_;
    Executor& control_;
    const std::shared_ptr<const api::Catalogue> catalogue_;     ///< as it was when the request came
    const std::shared_ptr<const SourcedGroups::Names> sourced_; ///< and so
    std::unique_ptr<Asked> asked_;                              ///< until a watch begins
    const std::shared_ptr<observe::Observation> notes_;
    std::shared_ptr<Exchange> exchange_;
    std::atomic<bool> cancelled_{false};
    Format format_;
    std::string auditId_;                    // control
    std::shared_ptr<StreamSession> session_; // control
    std::shared_ptr<Call> self_;             // control
};

Result<Call::Work> Call::parse() {
    asked_->credentials = auth_->inspect(asked_->request);
    // Nothing more is looked at for somebody unknown; `authorize` says so.
    if (!asked_->credentials.certificate && asked_->credentials.bearer.empty())
        return fail(Reason::Unauthorized, "Unauthorized");
    asked_->attributes =
        auth::attributesOf(asked_->request.method, asked_->request.path, asked_->request.query);
    auto info = parseRequest(*catalogue_, *sourced_, asked_->request.method, asked_->request.path,
                             asked_->request.query);
    if (!info) return fail(info.error());
    asked_->info = std::move(*info);
    notes_->routedTo(asked_->info, bodyType(asked_->request.header("content-type")) == BodyType::ApplyPatch,
                     longRunning());
    if (asked_->attributes && asked_->info.area == RequestInfo::Area::Resource &&
        asked_->info.verb == Verb::Watch)
        asked_->attributes->verb = verbName(asked_->info.verb);
    if (asked_->request.body.size() > api::maxBodyBytes)
        return fail(Reason::RequestEntityTooLarge,
                    fmt::format("Request entity too large: limit is {}", api::maxBodyBytes));
    if (asked_->info.area == RequestInfo::Area::Resource) return parseResource();
    if (asked_->info.area == RequestInfo::Area::Sourced) return parseSourced();
    if (asked_->info.area == RequestInfo::Area::Health)
        return Work([this](const std::shared_ptr<Core>& core) {
            exchange_->respond([response = answerHealth(*core, asked_->info)] { return response; });
        });
    if (asked_->info.area == RequestInfo::Area::Metrics)
        return Work([this](const std::shared_ptr<Core>& core) { exchange_->respond(renderMetrics(*core)); });
    if (asked_->info.area == RequestInfo::Area::Issuer)
        return Work([this](const std::shared_ptr<Core>& core) {
            exchange_->respond([response = auth::issuerAnswer(core->auth->tokens(), asked_->request.path)] {
                return response;
            });
        });
    return Work([self = this](const std::shared_ptr<Core>& core) {
        self->exchange_->respond(
            [call = self->shared_from_this(), options = core->options, sourced = core->sourced.groups()] {
                using Area = RequestInfo::Area;
                const Area area = call->asked_->info.area;
                if (area == Area::OpenApiIndex || area == Area::OpenApiDocument || area == Area::OpenApiV2)
                    return answerOpenApi(*call->catalogue_, call->asked_->info, call->asked_->request);
                return answerDiscovery(*call->catalogue_, sourced, call->asked_->info, call->asked_->request,
                                       options);
            });
    });
}

/// Watches, logs and the like: as long as their client wants.
bool Call::longRunning() const {
    return asked_->info.area == RequestInfo::Area::Resource &&
           (asked_->info.verb == Verb::Watch || asked_->info.subresource == "log" ||
            asked_->info.subresource == "proxy" || isPodStream(asked_->info.subresource));
}

void Call::note(const Result<User>& user) {
    if (!asked_->attributes) return;
    const auto sender = auth_->authenticate(asked_->credentials);
    const bool acts = sender && user && sender->name != user->name;
    notes_->by(auditId_, sender ? &*sender : nullptr, acts ? &*user : nullptr, *asked_->attributes);
    notes_->sent(asked_->request.header("content-type"), asked_->request.body);
}

Result<void> Call::authorize() {
    auto user = auth_->sender(asked_->credentials, asked_->request.headers);
    note(user);
    if (!user) return fail(user.error());
    asked_->user = std::move(*user);
    if (!asked_->attributes) return fail(asked_->attributes.error());
    auto allowed = auth_->allow(asked_->user, *asked_->attributes);
    notes_->annotate("authorization.k8s.io/decision", allowed ? "allow" : "forbid");
    return allowed;
}

Result<Call::Work> Call::parseResource() {
    // What can only be asked (a review) has neither rows nor metadata to show.
    const bool shapes = asked_->info.subresource.empty() && asked_->info.verb != Verb::Delete &&
                        asked_->info.verb != Verb::DeleteCollection && asked_->info.kind->allows("get");
    if (asked_->info.subresource == "log") return parseLog();
    if (isPodStream(asked_->info.subresource)) return parseConnect();
    if (asked_->info.subresource == "proxy") return parseProxy();
    // Of custom objects there is no protobuf form; of their metadata alone there is.
    const bool custom = api::customOf(*asked_->info.kind) && !isScale(asked_->info.subresource);
    auto format =
        negotiate(asked_->request.header("accept"), shapes, asked_->info.verb == Verb::Watch, !custom);
    if (!format) return fail(format.error());
    format_ = std::move(*format);
    const std::string& include = asked_->info.query.text("includeObject");
    if (include == "None")
        format_.include = Format::Include::None;
    else if (include == "Object")
        format_.include = Format::Include::Object;
    else if (!include.empty() && include != "Metadata")
        return fail(Reason::BadRequest, fmt::format("unrecognized includeObject value: \"{}\"", include));
    switch (asked_->info.verb) {
    case Verb::Get:
        return parseRead();
    case Verb::List:
    case Verb::Watch:
        return parseList();
    case Verb::Create:
    case Verb::Update:
        return parseWrite();
    case Verb::Patch:
        return parsePatch();
    case Verb::Delete:
    case Verb::DeleteCollection:
        break;
    }
    return parseDelete();
}

Result<Call::Work> Call::parseSourced() {
    auto format = negotiate(asked_->request.header("accept"), false, false);
    if (!format) return fail(format.error());
    format_ = std::move(*format);
    return Work([this](const std::shared_ptr<Core>& core) {
        const RequestInfo& info = asked_->info;
        GroupSource* const source = core->sourced.find(info.group);
        if (source == nullptr) return refuse(noSuchResource());
        auto made = source->read({info.version, info.nameSpace, info.parts, info.query.first()});
        if (!made) return refuse(std::move(made.error()));
        answer(200, [message = std::shared_ptr<google::protobuf::Message>(std::move(*made)),
                     version = info.group + "/" + info.version](const Format& format) {
            return encodeMessage(*message, version, message->GetDescriptor()->name(), format);
        });
    });
}

Result<Call::Work> Call::parseRead() {
    return Work([this](const std::shared_ptr<Core>& core) {
        auto object =
            getObject(*core, *asked_->info.kind, asked_->info.nameSpace, asked_->info.name,
                      asked_->info.query.text("resourceVersion"), asked_->info.subresource, reader().get());
        if (!object) return refuse(std::move(object.error()));
        const WallTime now = core->dates.wallNow();
        if (!isScale(asked_->info.subresource))
            return answer(200, [object = *object, kind = asked_->info.kind, now](const Format& format) {
                return encodeObject(*kind, object, format, now);
            });
        auto scale = scaleOf(*asked_->info.kind, *object);
        if (!scale) return refuse(std::move(scale.error()));
        answer(200, [scale = std::shared_ptr<const google::protobuf::Message>(std::move(*scale))](
                        const Format& format) {
            return encodeMessage(*scale, "autoscaling/v1", "Scale", format);
        });
    });
}

Result<Call::Work> Call::parseList() {
    std::string fields = asked_->info.query.text("fieldSelector");
    // A watch of one object by its path is a watch of everything with that name.
    if (!asked_->info.name.empty())
        fields += (fields.empty() ? "metadata.name=" : ",metadata.name=") + asked_->info.name;
    auto selection = makeSelection(*asked_->info.kind, asked_->info.nameSpace,
                                   asked_->info.query.text("labelSelector"), fields);
    if (!selection) return fail(selection.error());
    if (asked_->info.verb == Verb::Watch) return parseWatch(std::move(*selection));
    if (asked_->info.query.has("sendInitialEvents"))
        return fail(invalidOption("ListOptions", {"FieldValueForbidden",
                                                  "Forbidden: sendInitialEvents is forbidden for list",
                                                  "sendInitialEvents"}));
    auto limit = asked_->info.query.number("limit");
    if (!limit) return fail(limit.error());
    ListQuery query{std::move(*selection), limit->value_or(0), asked_->info.query.text("continue"),
                    asked_->info.query.text("resourceVersion"),
                    asked_->info.query.text("resourceVersionMatch")};
    return Work([this, query = std::move(query)](const std::shared_ptr<Core>& core) mutable {
        query.selection.reader = reader();
        auto list = listObjects(*core, query);
        if (!list) return refuse(std::move(list.error()));
        answerList(std::move(*list), core->dates.wallNow());
    });
}

Result<Call::Work> Call::parseWatch(Selection selection) {
    WatchQuery query;
    query.selection = std::move(selection);
    query.resourceVersion = asked_->info.query.text("resourceVersion");
    query.resourceVersionMatch = asked_->info.query.text("resourceVersionMatch");
    if (asked_->info.query.has("sendInitialEvents"))
        query.sendInitialEvents = asked_->info.query.flag("sendInitialEvents");
    query.bookmarks = asked_->info.query.flag("allowWatchBookmarks");
    auto timeout = asked_->info.query.number("timeoutSeconds");
    if (!timeout) return fail(timeout.error());
    if (auto fits = speakMessages({}, "text"); !fits) return fail(fits.error());
    return Work([this, query = std::move(query),
                 timeout = *timeout](const std::shared_ptr<Core>& core) mutable {
        query.selection.reader = reader();
        // Spread out, so that clients which came together do not come back together.
        const std::int64_t seconds =
            timeout && *timeout > 0 ? *timeout : 1800 + static_cast<std::int64_t>(core->random.below(1800));
        holdSession(streamWatch(core, query, format_,
                                std::chrono::seconds(std::min<std::int64_t>(seconds, 86'400)), exchange_,
                                auditId_, sessionEnd()));
        asked_.reset(); // idle watches may be tens of thousands
    });
}

Result<Call::Work> Call::parseLog() {
    const Query& from = asked_->info.query;
    auto tail = from.number("tailLines");
    auto since = from.number("sinceSeconds");
    auto limit = from.number("limitBytes");
    for (const auto* number : {&tail, &since, &limit})
        if (!*number) return fail(number->error());
    LogQuery query{from.text("container"),
                   from.flag("follow"),
                   from.flag("previous"),
                   from.flag("timestamps"),
                   *tail,
                   *since,
                   from.text("sinceTime"),
                   *limit};
    if (auto fits = speakMessages({"binary.k8s.io", "base64.binary.k8s.io"}, "binary.k8s.io"); !fits)
        return fail(fits.error());
    return Work([this, query = std::move(query)](const std::shared_ptr<Core>& core) {
        holdSession(streamLog(core, asked_->info.nameSpace, asked_->info.name, query, format_, exchange_,
                              auditId_, sessionEnd()));
    });
}

Result<Call::Work> Call::parseConnect() {
    return Work([this](const std::shared_ptr<Core>& core) {
        const ConnectRequest connect{
            asked_->info.subresource,   asked_->info.nameSpace, asked_->info.name, asked_->info.query,
            upgradeOf(asked_->request), asked_->user.name,      auditId_};
        auto session = connectPod(core, connect, exchange_, sessionEnd());
        if (!session) return refuse(std::move(session.error()));
        holdSession(std::move(*session));
    });
}

Result<Call::Work> Call::parseProxy() {
    return Work([this](const std::shared_ptr<Core>& core) {
        Request request = std::move(asked_->request);
        request.user = asked_->user;
        auto session =
            proxyRequest(core, asked_->info, std::move(request), auditId_, exchange_, sessionEnd());
        if (!session) return refuse(std::move(session.error()));
        holdSession(std::move(*session));
    });
}

/// Makes the answer one of WebSocket messages where the client asks for it.
Result<void> Call::speakMessages(const std::vector<std::string_view>& served, const std::string& otherwise) {
    UpgradeRequest upgrade = upgradeOf(asked_->request);
    if (upgrade.to != UpgradeRequest::To::WebSocket) return {};
    std::string protocol = upgrade.choose(served);
    if (protocol.empty() && !upgrade.protocols.empty() && !served.empty())
        return fail(Reason::BadRequest, "none of the WebSocket protocols asked for is spoken here");
    if (protocol.empty()) protocol = otherwise;
    exchange_ = messagesOver(exchange_, std::move(upgrade), std::move(protocol));
    return {};
}

Result<bool> Call::dryRun() const {
    const std::string& text = asked_->info.query.text("dryRun");
    if (text.empty()) return false;
    if (text == "All") return true;
    return fail(
        invalidOption(optionsKindOf(asked_->info.verb),
                      {"FieldValueNotSupported",
                       fmt::format("Unsupported value: \"{}\": supported values: \"All\"", text), "dryRun"}));
}

WriteRequest Call::writeRequest() const {
    WriteRequest request;
    request.kind = asked_->info.kind;
    request.nameSpace = asked_->info.nameSpace;
    request.name = asked_->info.name;
    request.subresource = asked_->info.subresource;
    request.fieldManager = asked_->info.query.text("fieldManager");
    if (request.fieldManager.empty())
        request.fieldManager = managerFromUserAgent(asked_->request.header("user-agent"));
    if (request.fieldManager.empty()) request.fieldManager = "unknown";
    return request;
}

Result<Call::Work> Call::parseWrite() {
    auto validation =
        parseFieldValidation(asked_->info.query.text("fieldValidation"), optionsKindOf(asked_->info.verb));
    if (!validation) return fail(validation.error());
    auto dry = dryRun();
    if (!dry) return fail(dry.error());
    auto decoded =
        decodeBody(asked_->request.body, bodyType(asked_->request.header("content-type")),
                   bodyKindOf(*asked_->info.kind, asked_->info.subresource), *validation, *catalogue_);
    if (!decoded) return fail(decoded.error());
    if (auto fine =
            checkFieldManager(asked_->info.query.text("fieldManager"), optionsKindOf(asked_->info.verb));
        !fine)
        return fail(fine.error());
    auto write = std::make_shared<WriteRequest>(writeRequest());
    write->dryRun = *dry;
    write->forgetsOwners = forgetsOwners(asked_->request.body);
    write->message = std::move(decoded->message);
    write->warnings = std::move(decoded->warnings);
    return Work([this, write](const std::shared_ptr<Core>& core) {
        write->user = asked_->user;
        dispatchWrite(*core, std::move(*write), answerOutcome(*core));
    });
}

Result<Call::Work> Call::parsePatch() {
    auto validation = parseFieldValidation(asked_->info.query.text("fieldValidation"), "PatchOptions");
    if (!validation) return fail(validation.error());
    auto dry = dryRun();
    if (!dry) return fail(dry.error());
    auto patch = std::make_shared<PatchRequest>();
    switch (bodyType(asked_->request.header("content-type"))) {
    case BodyType::JsonPatch:
        patch->type = api::PatchType::Json;
        break;
    case BodyType::MergePatch:
        patch->type = api::PatchType::Merge;
        break;
    case BodyType::StrategicPatch:
        // What lists are merged by only built-in types say.
        if (api::customOf(*asked_->info.kind) && !isScale(asked_->info.subresource))
            return fail(unsupportedMediaType(customPatches));
        patch->type = api::PatchType::Strategic;
        break;
    case BodyType::ApplyPatch:
        patch->apply = true;
        break;
    default:
        return fail(unsupportedMediaType(acceptedPatches));
    }
    const std::string& manager = asked_->info.query.text("fieldManager");
    if (patch->apply && manager.empty())
        return fail(
            invalidOption("PatchOptions", {"FieldValueRequired",
                                           "Required value: is required for apply patch", "fieldManager"}));
    if (!patch->apply && asked_->info.query.has("force"))
        return fail(
            invalidOption("PatchOptions", {"FieldValueForbidden",
                                           "Forbidden: may not be specified for non-apply patch", "force"}));
    if (auto fine = checkFieldManager(manager, "PatchOptions"); !fine) return fail(fine.error());
    patch->force = asked_->info.query.flag("force");
    patch->write = writeRequest();
    patch->write.dryRun = *dry;
    patch->patch = asked_->request.body; // the audit log may want it too
    if (patch->apply) {
        if (*validation != api::FieldValidation::Ignore)
            patch->duplicates = api::duplicateYamlKeys(patch->patch);
        auto config = appliedConfiguration(patch->patch);
        if (!config) return fail(config.error());
        patch->patch = std::move(*config);
    }
    patch->validation = *validation;
    return Work([this, patch](const std::shared_ptr<Core>& core) {
        patch->write.user = asked_->user;
        patchObject(*core, std::move(*patch), answerOutcome(*core));
    });
}

Result<Call::Work> Call::parseDelete() {
    auto dry = dryRun();
    if (!dry) return fail(dry.error());
    auto options = deleteOptionsOf(asked_->request, asked_->info.query, *catalogue_);
    if (!options) return fail(options.error());
    RemoveRequest remove;
    remove.kind = asked_->info.kind;
    remove.nameSpace = asked_->info.nameSpace;
    remove.name = asked_->info.name;
    remove.dryRun = *dry || options->dryrun_size() > 0;
    remove.options = std::move(*options);
    if (asked_->info.verb == Verb::Delete)
        return Work([this, remove = std::move(remove)](const std::shared_ptr<Core>& core) {
            RemoveRequest asked = remove;
            asked.user = asked_->user;
            removeObject(*core, std::move(asked), answerOutcome(*core));
        });
    auto selection =
        makeSelection(*asked_->info.kind, asked_->info.nameSpace, asked_->info.query.text("labelSelector"),
                      asked_->info.query.text("fieldSelector"));
    if (!selection) return fail(selection.error());
    ListQuery query{std::move(*selection), 0, "", "", ""};
    return Work(
        [this, query = std::move(query), remove = std::move(remove)](const std::shared_ptr<Core>& core) {
            RemoveRequest asked = remove;
            asked.user = asked_->user;
            const WallTime now = core->dates.wallNow();
            removeCollection(*core, query, asked, [self = shared_from_this(), now](Result<ListAnswer> list) {
                if (!list) return self->refuse(std::move(list.error()));
                self->answerList(std::move(*list), now);
            });
        });
}

} // namespace

std::shared_ptr<Running> startCall(const std::shared_ptr<Core>& core, Request request,
                                   std::shared_ptr<Exchange> exchange) {
    auto call = std::make_shared<Call>(core, std::move(request), std::move(exchange));
    call->start();
    return call;
}

} // namespace wheelhouse::apiserver
