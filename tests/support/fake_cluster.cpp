#include "fake_cluster.h"
#include "fake_cluster_details.h"

#include "engine/api/catalogue.h"
#include "engine/api/codec.h"
#include "engine/api/openapi.h"
#include "engine/api/selector.h"
#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/client/metadata.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::tests {

using namespace client;
namespace core = api::core;

/// One running watch: what it selects and the events on their way to it.
struct FakeCluster::Watcher : std::enable_shared_from_this<FakeCluster::Watcher> {
    const api::Kind* kind = nullptr;
    WatchOptions options;
    api::LabelSelector labels;
    api::FieldSelector fields;
    WatchSink sink;
    bool open = true;

    bool selects(const api::ObjectPtr& object) const {
        if (!object || &object->kind() != kind) return false;
        if (!options.nameSpace.empty() && object->nameSpace() != options.nameSpace) return false;
        return labels.matches(object->labels()) && (fields.empty() || fields.matches(*object));
    }
    /// The event as this watch sees it: selectors turn changes into appearing and vanishing.
    std::optional<WatchEvent> seen(const Change& change) const {
        const bool was = selects(change.before);
        const bool is = change.event.type != WatchEvent::Type::Deleted && selects(change.event.object);
        if (!was && !is) return std::nullopt;
        WatchEvent event = change.event;
        event.type = was && is ? WatchEvent::Type::Modified
                     : is      ? WatchEvent::Type::Added
                               : WatchEvent::Type::Deleted;
        return event;
    }
    void send(Executor& executor, Duration latency, WatchEvent event) {
        executor.postAfter(latency, [weak = weak_from_this(), event = std::move(event)] {
            const auto self = weak.lock();
            if (self && self->open) self->sink.onEvent(event);
        });
    }
    void end(Executor& executor, Duration latency, Status status) {
        executor.postAfter(latency, [weak = weak_from_this(), status = std::move(status)] {
            const auto self = weak.lock();
            if (!self || !self->open) return;
            self->open = false;
            if (self->sink.onEnd) self->sink.onEnd(status);
        });
    }
};

namespace {

class Held final : public Subscription {
  public:
    explicit Held(std::shared_ptr<void> watcher) : watcher_(std::move(watcher)) {}

  private:
    std::shared_ptr<void> watcher_;
};

} // namespace

FakeCluster::FakeCluster(Executor& executor, Random& random)
    : FakeSessions(executor), executor_(executor), random_(random) {}
FakeCluster::~FakeCluster() = default;

// --- what a test looks at and does
// --------------------------------------------------------------------------------

int FakeCluster::count(const std::string& verb, const std::string& resource, const std::string& name) const {
    return static_cast<int>(std::count_if(calls.begin(), calls.end(), [&](const Made& call) {
        return (verb.empty() || call.verb == verb) && (resource.empty() || call.resource == resource) &&
               (name.empty() || call.name == name);
    }));
}

api::ObjectPtr FakeCluster::find(const ResourceName& resource, const std::string& key) const {
    const auto found = objects_.find({resource, key});
    return found == objects_.end() ? nullptr : found->second;
}

std::vector<api::ObjectPtr> FakeCluster::all(const ResourceName& resource) const {
    std::vector<api::ObjectPtr> result;
    for (const auto& [key, object] : objects_)
        if (key.first == resource) result.push_back(object);
    return result;
}

api::ObjectPtr FakeCluster::store(const google::protobuf::Message& given) {
    const api::Kind* kind = api::findKind(given.GetDescriptor());
    WH_ASSERT(kind, "put of a message that is no registered kind");
    Message message(given.New());
    message->CopyFrom(given);
    auto& metadata = metadataOf(*message);
    const auto before = find(kind->name, keyOf(metadata.namespace_(), metadata.name()));
    if (metadata.uid().empty()) metadata.set_uid(before ? before->uid().value() : makeUuid(random_));
    if (!metadata.has_creationtimestamp())
        *metadata.mutable_creationtimestamp() = api::toTime(executor_.clock().wallNow());
    if (metadata.generation() == 0) metadata.set_generation(1);
    if (before && !sameField(*before->message(), *message, "spec"))
        metadata.set_generation(metadata.generation() + 1);
    if (before && metadata.has_deletiontimestamp()) return finishDeletion(*message, before);
    return commit(*message, before);
}

bool FakeCluster::drop(const ResourceName& resource, const std::string& key) {
    const auto before = find(resource, key);
    if (!before) return false;
    auto message = before->message();
    metadataOf(*message).clear_finalizers();
    metadataOf(*message).set_deletiongraceperiodseconds(0);
    *metadataOf(*message).mutable_deletiontimestamp() = api::toTime(executor_.clock().wallNow());
    if (auto* nameSpace = dynamic_cast<core::Namespace*>(message.get()))
        nameSpace->mutable_spec()->clear_finalizers();
    finishDeletion(*message, before);
    return true;
}

void FakeCluster::failNext(std::string verb, std::string resource, Status status, int times) {
    failures_.push_back({std::move(verb), std::move(resource), std::move(status), times, false});
}

void FakeCluster::loseAnswers(std::string verb, std::string resource, int times) {
    Status status;
    status.reason = Reason::Timeout;
    status.message = "the answer was lost";
    failures_.push_back({std::move(verb), std::move(resource), std::move(status), times, true});
}

void FakeCluster::endWatches(Status status, const std::string& resource) {
    for (const auto& weak : watchers_)
        if (const auto watcher = weak.lock();
            watcher && (resource.empty() || watcher->kind->name.resource == resource))
            watcher->end(executor_, latency_, status);
    std::erase_if(watchers_, [&](const auto& weak) {
        const auto watcher = weak.lock();
        return !watcher || resource.empty() || watcher->kind->name.resource == resource;
    });
}

void FakeCluster::compact() {
    compacted_ = revision_;
    history_.clear();
}

// --- plumbing
// -----------------------------------------------------------------------------------------------------

FakeCluster::Made& FakeCluster::note(std::string verb, const ResourceName& resource,
                                     const std::string& nameSpace, const std::string& name,
                                     const std::string& subresource) {
    Made call;
    call.verb = std::move(verb);
    call.resource = resource.resource;
    call.nameSpace = nameSpace;
    call.name = name;
    call.subresource = subresource;
    return calls.emplace_back(std::move(call));
}

std::optional<FakeCluster::Failure> FakeCluster::failure(const Made& call) {
    for (auto& failure : failures_) {
        const bool sameVerb = failure.verb.empty() || failure.verb == call.verb;
        const bool sameResource = failure.resource.empty() || failure.resource == call.resource;
        if (failure.times <= 0 || !sameVerb || !sameResource) continue;
        --failure.times;
        return failure;
    }
    return std::nullopt;
}

void FakeCluster::write(Made& call, Callback<Written> done, const std::function<Result<Written>()>& work) {
    const auto refused = failure(call);
    Result<Written> result =
        refused && !refused->afterwards ? Result<Written>(fail(refused->status)) : work();
    if (refused && refused->afterwards) result = fail(refused->status);
    call.failed = !result;
    answer(std::move(done), std::move(result));
}

Result<FakeCluster::Message> FakeCluster::decode(const api::Kind& kind, const Body& body) const {
    if (const auto* given = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body)) {
        if ((*given)->GetDescriptor() != kind.descriptor)
            return fail(Reason::BadRequest, "a body of another kind");
        Message copy((*given)->New());
        copy->CopyFrom(**given);
        return copy;
    }
    const auto& raw = std::get<RawBody>(body);
    std::string json = raw.bytes;
    if (raw.contentType.find("yaml") != std::string::npos) {
        auto documents = api::yamlToJson(raw.bytes);
        if (!documents) return fail(documents.error());
        if (documents->size() != 1) return fail(Reason::BadRequest, "one document is wanted");
        json = documents->front();
    }
    if (raw.contentType.find("protobuf") != std::string::npos) {
        auto decoded = api::decodeProtobuf(raw.bytes, kind.descriptor);
        if (!decoded) return fail(decoded.error());
        return std::move(decoded->message);
    }
    auto decoded = api::decodeJson(json, kind.descriptor, api::FieldValidation::Strict);
    if (!decoded) return fail(decoded.error());
    return std::move(decoded->message);
}

api::ObjectPtr FakeCluster::commit(google::protobuf::Message& message, const api::ObjectPtr& before) {
    metadataOf(message).set_resourceversion(std::to_string(++revision_));
    auto object = api::Object::of(message);
    objects_[{object->kind().name, object->key()}] = object;
    Change change;
    change.kind = &object->kind();
    change.before = before;
    change.event.type = before ? WatchEvent::Type::Modified : WatchEvent::Type::Added;
    change.event.object = object;
    change.event.revision = revision_;
    publish(std::move(change));
    return object;
}

/// Stores an object that is being deleted, or takes it away when nothing holds it any more.
api::ObjectPtr FakeCluster::finishDeletion(google::protobuf::Message& message, const api::ObjectPtr& before) {
    auto& metadata = metadataOf(message);
    const auto* nameSpace = dynamic_cast<const core::Namespace*>(&message);
    const bool held = metadata.finalizers_size() > 0 || metadata.deletiongraceperiodseconds() > 0 ||
                      (nameSpace && nameSpace->spec().finalizers_size() > 0);
    if (held) return commit(message, before);
    metadata.set_resourceversion(std::to_string(++revision_));
    auto object = api::Object::of(message);
    objects_.erase({object->kind().name, object->key()});
    Change change;
    change.kind = &object->kind();
    change.before = before;
    change.event.type = WatchEvent::Type::Deleted;
    change.event.object = object;
    change.event.revision = revision_;
    publish(std::move(change));
    return nullptr;
}

void FakeCluster::publish(Change change) {
    for (const auto& weak : watchers_) {
        const auto watcher = weak.lock();
        if (!watcher || watcher->kind != change.kind) continue;
        if (auto event = watcher->seen(change)) watcher->send(executor_, latency_, std::move(*event));
    }
    history_.push_back(std::move(change));
}

// --- reading
// ------------------------------------------------------------------------------------------------------

void FakeCluster::get(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                      Callback<ObjectPtr> done) {
    Made& call = note("get", resource, nameSpace, name, {});
    const auto refused = failure(call);
    const auto object = find(resource, keyOf(nameSpace, name));
    Result<ObjectPtr> result = object;
    if (refused)
        result = fail(refused->status);
    else if (!object)
        result = fail(notFound(resource, name));
    call.failed = !result;
    answer(std::move(done), std::move(result));
}

/// The present with everything since undone.
Result<std::vector<ObjectPtr>> FakeCluster::allAt(const api::Kind& kind, Revision revision) const {
    if (revision < compacted_ || revision > revision_)
        return fail(Reason::Expired, "The provided resource version is too old or too new.");
    std::map<std::string, ObjectPtr> objects;
    for (const auto& object : all(kind.name))
        objects[object->key()] = object;
    for (auto change = history_.rbegin(); change != history_.rend() && change->event.revision > revision;
         ++change) {
        if (change->kind != &kind) continue;
        const std::string key = change->event.object->key();
        if (change->before)
            objects[key] = change->before;
        else
            objects.erase(key);
    }
    std::vector<ObjectPtr> out;
    for (auto& [key, object] : objects)
        out.push_back(std::move(object));
    return out;
}

Result<ObjectList> FakeCluster::select(const ResourceName& resource, const ListOptions& options) const {
    const api::Kind* kind = api::findKind(resource);
    if (!kind) return fail(notFound(resource, ""));
    const auto labels = api::LabelSelector::parse(options.labelSelector);
    if (!labels) return fail(labels.error());
    const auto fields = api::FieldSelector::parse(options.fieldSelector, *kind);
    if (!fields) return fail(fields.error());
    ObjectList list;
    list.revision = revision_;
    std::vector<ObjectPtr> objects = all(resource);
    if (options.resourceVersionMatch == "Exact") {
        auto past = allAt(*kind, std::stoull(options.resourceVersion));
        if (!past) return fail(past.error());
        objects = std::move(*past);
        list.revision = std::stoull(options.resourceVersion);
    }
    for (const auto& object : objects) {
        if (!options.nameSpace.empty() && object->nameSpace() != options.nameSpace) continue;
        if (!labels->matches(object->labels())) continue;
        if (!fields->empty() && !fields->matches(*object)) continue;
        if (!options.continueToken.empty() && object->key() <= options.continueToken) continue;
        if (options.limit > 0 && static_cast<std::int64_t>(list.items.size()) == options.limit) {
            list.continueToken = list.items.back()->key();
            break;
        }
        list.items.push_back(object);
    }
    return list;
}

void FakeCluster::list(const ResourceName& resource, const ListOptions& options, Callback<ObjectList> done) {
    Made& call = note("list", resource, options.nameSpace, {}, {});
    const auto refused = failure(call);
    auto result = refused ? Result<ObjectList>(fail(refused->status)) : select(resource, options);
    call.failed = !result;
    answer(std::move(done), std::move(result));
}

std::unique_ptr<Subscription> FakeCluster::watch(const ResourceName& resource, const WatchOptions& options,
                                                 WatchSink sink) {
    Made& call = note("watch", resource, options.nameSpace, {}, {});
    auto watcher = std::make_shared<Watcher>();
    watcher->kind = api::findKind(resource);
    watcher->options = options;
    watcher->sink = std::move(sink);
    auto held = std::make_unique<Held>(watcher);
    std::optional<Status> problem;
    if (const auto refused = failure(call)) problem = refused->status;
    if (!watcher->kind) problem = notFound(resource, "");
    if (options.sendInitialEvents && !watchList)
        problem = Status{.reason = Reason::Invalid, .message = "sendInitialEvents is forbidden for watch"};
    if (options.since > 0 && options.since < compacted_)
        problem = Status{.reason = Reason::Expired, .message = "too old resource version"};
    if (!problem) {
        const auto labels = api::LabelSelector::parse(options.labelSelector);
        const auto fields = api::FieldSelector::parse(options.fieldSelector, *watcher->kind);
        if (!labels) problem = labels.error();
        if (!fields) problem = fields.error();
        if (labels && fields) {
            watcher->labels = *labels;
            watcher->fields = *fields;
        }
    }
    call.failed = problem.has_value();
    if (problem) {
        watcher->end(executor_, latency_, *problem);
        return held;
    }
    if (options.since == 0) {
        for (const auto& object : all(resource))
            if (watcher->selects(object))
                watcher->send(executor_, latency_,
                              {WatchEvent::Type::Added, object, object->revision(), false});
        if (options.sendInitialEvents)
            watcher->send(executor_, latency_, {WatchEvent::Type::Bookmark, nullptr, revision_, true});
    } else {
        for (const Change& change : history_) {
            if (change.kind != watcher->kind || change.event.revision <= options.since) continue;
            if (auto event = watcher->seen(change)) watcher->send(executor_, latency_, std::move(*event));
        }
    }
    watchers_.push_back(watcher);
    std::erase_if(watchers_, [](const auto& weak) { return weak.expired(); });
    return held;
}

// --- writing
// ------------------------------------------------------------------------------------------------------

void FakeCluster::table(const ResourceName& resource, const ListOptions& options, Callback<api::Table> done) {
    note("list", resource, options.nameSpace, {}, "table");
    const auto list = select(resource, options);
    if (!list) return answer<api::Table>(std::move(done), fail(list.error()));
    api::Table table;
    table.columns = api::tableColumns(*api::findKind(resource));
    for (const auto& object : list->items)
        table.rows.push_back(api::tableRow(object, executor_.clock().wallNow()));
    table.resourceVersion = std::to_string(list->revision);
    answer<api::Table>(std::move(done), std::move(table));
}

void FakeCluster::openApi(const std::string& apiVersion, Callback<std::shared_ptr<const std::string>> done) {
    executor_.postAfter(latency_, [path = client::openApiPath(apiVersion), done = std::move(done)] {
        auto found = api::openApiDocument(*api::Catalogue::builtIn(), path);
        if (!found) return done(fail(Reason::NotFound, "no such document"));
        done(std::move(found->json));
    });
}

void FakeCluster::discover(Callback<std::vector<ResourceInfo>> done) {
    std::vector<ResourceInfo> infos;
    for (const api::Kind* kind : api::kinds()) {
        if (unserved.contains(kind->name.resource)) continue;
        ResourceInfo info;
        info.name = kind->name;
        info.kind = kind->kind;
        info.singular = kind->singular;
        info.shortNames = kind->shortNames;
        info.categories = kind->categories;
        info.verbs = {"create", "delete", "get", "list", "patch", "update", "watch"};
        info.subresources = kind->subresources;
        info.namespaced = kind->namespaced;
        infos.push_back(std::move(info));
    }
    answer<std::vector<ResourceInfo>>(std::move(done), std::move(infos));
}

std::unique_ptr<Subscription> FakeCluster::logs(const std::string& nameSpace, const std::string& pod,
                                                const LogOptions& options, LogSink sink) {
    note("get", api::kindOf<core::Pod>().name, nameSpace, pod, "log");
    if (const auto log = written.find(pod + "/" + options.container); log != written.end())
        return log->second.read(executor_, options, std::move(sink));
    auto held = std::make_shared<LogSink>(std::move(sink));
    const bool exists = find(api::kindOf<core::Pod>().name, keyOf(nameSpace, pod)) != nullptr;
    executor_.postAfter(latency_, [weak = std::weak_ptr<LogSink>(held), text = logText, exists, pod,
                                   follow = options.follow] {
        const auto live = weak.lock();
        if (!live) return;
        if (!exists) return live->onEnd(fail(notFound(api::kindOf<core::Pod>().name, pod)));
        live->onData(text);
        if (!follow) live->onEnd({});
    });
    return std::make_unique<Held>(held);
}

void FakeCluster::yaml(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                       Callback<std::string> done) {
    note("get", resource, nameSpace, name, "yaml");
    const auto object = find(resource, keyOf(nameSpace, name));
    if (!object) return answer<std::string>(std::move(done), fail(notFound(resource, name)));
    const auto& kind = object->kind();
    answer<std::string>(std::move(done),
                        api::jsonToYaml(api::encodeJson(*object->message(), kind.apiVersion(), kind.kind)));
}

} // namespace wheelhouse::tests
