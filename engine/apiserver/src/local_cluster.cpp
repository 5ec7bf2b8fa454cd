#include "engine/apiserver/local_cluster.h"

#include "auth/auth.h"
#include "auth/reader.h"
#include "body.h"
#include "core.h"
#include "discovery.h"
#include "engine/api/by_kind.h"
#include "engine/api/codec.h"
#include "engine/api/openapi.h"
#include "errors.h"
#include "local_session.h"
#include "metadata.h"
#include "pod_target.h"
#include "verbs.h"

#include <atomic>
#include <mutex>

namespace wheelhouse::apiserver {

using api::ResourceName;
using client::Callback;

struct LocalCluster::Impl : std::enable_shared_from_this<Impl> {
    Impl(std::weak_ptr<Core> coreIn, Executor& controlIn, Executor& callbacksIn, User userIn)
        : core(std::move(coreIn)), control(controlIn), callbacks(callbacksIn), user(std::move(userIn)),
          trusted(auth::inGroup(user, "system:masters")) {}

    std::weak_ptr<Core> core;
    Executor& control;
    Executor& callbacks;
    const User user;
    const bool trusted;  ///< may do everything: nothing is asked
    bool closed = false; ///< on `callbacks`

    /// A callback made ready to be called from the control executor.
    template <class T>
    std::function<void(Result<T>)> later(Callback<T> done) {
        return [weak = weak_from_this(), &executor = callbacks, done = std::move(done)](Result<T> result) {
            executor.post([weak, done, result = std::move(result)]() mutable {
                if (const auto self = weak.lock(); self && !self->closed) done(std::move(result));
            });
        };
    }

    /// Runs `work` on the control executor; at once when that is where we are, as callbacks come later
    /// anyway.
    void onControl(std::function<void(const std::shared_ptr<Core>&)> work) {
        if (&control == &callbacks) return work(core.lock());
        control.post([weak = core, work = std::move(work)] { work(weak.lock()); });
    }

    Result<void> allow(Core& alive, const auth::Attributes& what) const {
        return trusted ? Result<void>() : alive.auth->allow(user, what);
    }

    template <class T>
    void ask(auth::Attributes what, Callback<T> done,
             std::function<void(Core&, std::function<void(Result<T>)>)> work) {
        auto answer = later<T>(std::move(done));
        onControl([this, self = shared_from_this(), what = std::move(what), answer = std::move(answer),
                   work = std::move(work)](const std::shared_ptr<Core>& alive) {
            if (!alive) return answer(fail(Reason::ServiceUnavailable, "the API server has stopped"));
            if (auto allowed = allow(*alive, what); !allowed) return answer(fail(allowed.error()));
            work(*alive, answer);
        });
    }

    /// The kinds served now; the built-in ones when the server has gone (the call is refused later).
    std::shared_ptr<const api::Catalogue> catalogue() const {
        const auto alive = core.lock();
        return alive ? alive->catalogue.load() : api::Catalogue::builtIn();
    }
    Result<const api::Kind*> kindOf(const ResourceName& resource) const {
        const api::Kind* kind = catalogue()->find(resource);
        if (!kind) return fail(noSuchResource());
        return kind;
    }

    std::unique_ptr<client::PodSession> podSession(const char* subresource, const std::string& nameSpace,
                                                   const std::string& pod, client::PodSink sink,
                                                   PodPlan plan);

    template <class T>
    void refuse(const Callback<T>& done, Status why) {
        later<T>(done)(fail(std::move(why)));
    }
};

namespace {

auth::Attributes asking(const api::Kind& kind, const char* verb, const std::string& nameSpace,
                        const std::string& name = {}, const std::string& subresource = {}) {
    auth::Attributes out;
    out.resourceRequest = true;
    out.verb = verb;
    out.group = kind.name.group;
    out.version = kind.name.version;
    out.resource = kind.name.resource;
    out.subresource = subresource;
    out.nameSpace = kind.namespaced || kind.kind != "Namespace" ? nameSpace : name;
    out.name = name;
    return out;
}

client::Written written(const api::Kind& kind, Outcome outcome) {
    client::Written out;
    out.object = api::shownAs(kind, outcome.object);
    out.answer = std::move(outcome.answer);
    out.created = outcome.created;
    out.warnings = std::move(outcome.warnings);
    return out;
}

Done answerWritten(const api::Kind& kind, std::function<void(Result<client::Written>)> answer) {
    return [&kind, answer = std::move(answer)](Result<Outcome> outcome) {
        if (!outcome) return answer(fail(outcome.error()));
        answer(written(kind, std::move(*outcome)));
    };
}

Result<ListQuery> listQuery(const api::Kind& kind, const client::ListOptions& options) {
    auto selection = makeSelection(kind, options.nameSpace, options.labelSelector, options.fieldSelector);
    if (!selection) return fail(selection.error());
    return ListQuery{std::move(*selection), options.limit, options.continueToken, options.resourceVersion,
                     options.resourceVersionMatch};
}

/// The body as a message of its own; decoding happens on the caller's thread.
Result<api::Decoded> messageOf(const api::Kind& kind, const client::Body& body,
                               const client::WriteOptions& options, const api::Catalogue& catalogue) {
    const BodyKind expected = bodyKindOf(kind, options.subresource);
    if (const auto* message = std::get_if<std::shared_ptr<const google::protobuf::Message>>(&body)) {
        if (!*message || (*message)->GetDescriptor() != expected.type)
            return fail(Reason::BadRequest, "the object provided is not a " + expected.kind);
        api::Decoded decoded;
        decoded.message.reset((*message)->New());
        decoded.message->CopyFrom(**message);
        return decoded;
    }
    const auto& raw = std::get<client::RawBody>(body);
    if (raw.bytes.size() > api::maxBodyBytes)
        return fail(Reason::RequestEntityTooLarge, "Request entity too large: limit is 3145728");
    auto validation = parseFieldValidation(options.fieldValidation, "UpdateOptions");
    if (!validation) return fail(validation.error());
    return decodeBody(raw.bytes, bodyType(raw.contentType), expected, *validation, catalogue);
}

/// A request that may be handed from thread to thread as a std::function wants it.
std::shared_ptr<WriteRequest> writeRequest(const User& user, const api::Kind& kind,
                                           const std::string& nameSpace, const std::string& name,
                                           const client::WriteOptions& options) {
    auto request = std::make_shared<WriteRequest>();
    request->kind = &kind;
    request->nameSpace = kind.namespaced ? nameSpace : "";
    request->name = name;
    request->subresource = options.subresource;
    request->user = user;
    request->dryRun = options.dryRun;
    // Who names no manager acts under the user's name.
    if (options.fieldManager != client::WriteOptions().fieldManager)
        request->fieldManager = options.fieldManager;
    return request;
}

/// One watch between two executors: the control executor fills a mailbox, the other empties it in one go.
struct WatchState {
    client::WatchSink sink; // callbacks
    Executor* callbacks = nullptr;
    std::atomic<bool> closed{false};
    std::unique_ptr<Watcher> watcher; // control

    std::mutex mutex;
    std::vector<client::WatchEvent> mailbox;
    std::optional<Status> end;

    static void push(const std::shared_ptr<WatchState>& state, client::WatchEvent event) {
        const std::lock_guard lock(state->mutex);
        state->mailbox.push_back(std::move(event));
        if (state->mailbox.size() == 1) state->callbacks->post([state] { drain(*state); });
    }
    static void finish(const std::shared_ptr<WatchState>& state, Status why) {
        const std::lock_guard lock(state->mutex);
        state->end = std::move(why);
        state->callbacks->post([state] { drain(*state); });
    }
    static void drain(WatchState& state) {
        std::vector<client::WatchEvent> events;
        std::optional<Status> end;
        {
            const std::lock_guard lock(state.mutex);
            events.swap(state.mailbox);
            end.swap(state.end);
        }
        for (const client::WatchEvent& event : events) {
            if (state.closed) return;
            if (state.sink.onEvent) state.sink.onEvent(event);
        }
        if (end && !state.closed && state.sink.onEnd) state.sink.onEnd(*end);
    }
};

class WatchSubscription final : public client::Subscription {
  public:
    WatchSubscription(std::shared_ptr<WatchState> state, Executor& control)
        : state_(std::move(state)), control_(control) {}
    ~WatchSubscription() override {
        state_->closed = true;
        if (&control_ == state_->callbacks)
            state_->watcher.reset();
        else
            control_.post([state = state_] { state->watcher.reset(); });
    }

  private:
    std::shared_ptr<WatchState> state_;
    Executor& control_;
};

client::WatchEvent convert(const api::Kind& kind, const Event& event) {
    static constexpr client::WatchEvent::Type types[] = {
        client::WatchEvent::Type::Added, client::WatchEvent::Type::Modified,
        client::WatchEvent::Type::Deleted, client::WatchEvent::Type::Bookmark};
    return {types[static_cast<int>(event.type)], api::shownAs(kind, event.object), event.revision,
            event.initialEventsEnd};
}

struct LogState {
    client::LogSink sink;
    std::atomic<bool> closed{false};
    std::unique_ptr<nodelink::PodStream> stream; // control
};

class LogSubscription final : public client::Subscription {
  public:
    LogSubscription(std::shared_ptr<LogState> state, Executor& control, bool sameExecutor)
        : state_(std::move(state)), control_(control), sameExecutor_(sameExecutor) {}
    ~LogSubscription() override {
        state_->closed = true;
        if (sameExecutor_)
            state_->stream.reset();
        else
            control_.post([state = state_] { state->stream.reset(); });
    }

  private:
    std::shared_ptr<LogState> state_;
    Executor& control_;
    bool sameExecutor_;
};

} // namespace

std::unique_ptr<client::PodSession> LocalCluster::Impl::podSession(const char* subresource,
                                                                   const std::string& nameSpace,
                                                                   const std::string& pod,
                                                                   client::PodSink sink, PodPlan plan) {
    auto state = std::make_shared<LocalSession>(control, callbacks, std::move(sink));
    auto session = LocalSession::handle(state);
    onControl([self = shared_from_this(), state, subresource, nameSpace, pod,
               plan = std::move(plan)](const std::shared_ptr<Core>& alive) {
        if (!alive)
            return state->refuse(fail(Reason::ServiceUnavailable, "the API server has stopped").value());
        const auto what = asking(api::kindOf<api::core::Pod>(), "create", nameSpace, pod, subresource);
        if (auto allowed = self->allow(*alive, what); !allowed) return state->refuse(allowed.error());
        auto object = getObject(*alive, api::kindOf<api::core::Pod>(), nameSpace, pod);
        if (!object) return state->refuse(object.error());
        const auto& found = (*object)->as<api::core::Pod>();
        auto opening = plan(found);
        if (!opening) return state->refuse(opening.error());
        auto node = streamNode(*alive, found);
        if (!node) return state->refuse(node.error());
        auto place = streamPlace(*alive, self->user.name);
        if (!place) return state->refuse(place.error());
        state->open(*alive->streams, *node, *opening, std::move(*place));
    });
    return session;
}

LocalCluster::LocalCluster(ApiServer& server, Executor& callbacks, User user)
    : impl_(std::make_shared<Impl>(server.core(), server.core()->control, callbacks, std::move(user))) {}

LocalCluster::LocalCluster(ApiServer& server, Executor& callbacks, std::string user)
    : LocalCluster(server, callbacks, User{std::move(user), {"system:masters", "system:authenticated"}}) {}

LocalCluster::~LocalCluster() {
    impl_->closed = true;
}

void LocalCluster::get(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                       Callback<api::ObjectPtr> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    impl_->ask<api::ObjectPtr>(
        asking(**kind, "get", nameSpace, name), std::move(done),
        [kind = *kind, nameSpace, name, user = impl_->user](Core& core, const auto& answer) {
            auto object =
                getObject(core, *kind, nameSpace, name, "", "", auth::readerFor(core.auth, user).get());
            if (!object) return answer(fail(object.error()));
            answer(api::shownAs(*kind, *object));
        });
}

void LocalCluster::list(const ResourceName& resource, const client::ListOptions& options,
                        Callback<client::ObjectList> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    auto query = listQuery(**kind, options);
    if (!query) return impl_->refuse(done, query.error());
    impl_->ask<client::ObjectList>(
        asking(**kind, "list", options.nameSpace), std::move(done),
        [query = std::move(*query), user = impl_->user](Core& core, const auto& answer) mutable {
            query.selection.reader = auth::readerFor(core.auth, user);
            auto list = listObjects(core, query);
            if (!list) return answer(fail(list.error()));
            for (api::ObjectPtr& object : list->items)
                object = api::shownAs(*query.selection.kind, object);
            answer(client::ObjectList{std::move(list->items), list->revision, std::move(list->continueToken),
                                      list->remaining});
        });
}

std::unique_ptr<client::Subscription> LocalCluster::watch(const ResourceName& resource,
                                                          const client::WatchOptions& options,
                                                          client::WatchSink sink) {
    auto state = std::make_shared<WatchState>();
    state->sink = std::move(sink);
    state->callbacks = &impl_->callbacks;
    auto subscription = std::make_unique<WatchSubscription>(state, impl_->control);
    auto kind = impl_->kindOf(resource);
    auto selection =
        kind ? makeSelection(**kind, options.nameSpace, options.labelSelector, options.fieldSelector)
             : Result<Selection>(fail(kind.error()));
    if (!selection) {
        WatchState::finish(state, selection.error());
        return subscription;
    }
    WatchQuery query;
    query.selection = std::move(*selection);
    if (options.since > 0) query.resourceVersion = std::to_string(options.since);
    if (options.sendInitialEvents) {
        query.sendInitialEvents = true;
        query.resourceVersionMatch = "NotOlderThan";
        query.bookmarks = true;
    }
    impl_->onControl([impl = impl_, state,
                      query = std::move(query)](const std::shared_ptr<Core>& core) mutable {
        if (state->closed) return;
        if (!core) {
            Status stopped;
            stopped.reason = Reason::ServiceUnavailable;
            stopped.message = "the API server has stopped";
            return WatchState::finish(state, std::move(stopped));
        }
        if (auto allowed =
                impl->allow(*core, asking(*query.selection.kind, "watch", query.selection.nameSpace));
            !allowed)
            return WatchState::finish(state, allowed.error());
        query.selection.reader = auth::readerFor(core->auth, impl->user);
        const auto show = [weak = std::weak_ptr(state), &kind = *query.selection.kind](const Event& event) {
            if (const auto alive = weak.lock()) WatchState::push(alive, convert(kind, event));
        };
        auto watcher = startWatch(*core, query, show);
        if (!watcher) return WatchState::finish(state, watcher.error());
        state->watcher = std::move(*watcher);
    });
    return subscription;
}

void LocalCluster::create(const ResourceName& resource, const std::string& nameSpace, client::Body body,
                          const client::WriteOptions& options, Callback<client::Written> done) {
    write(resource, nameSpace, "", body, options, std::move(done));
}

void LocalCluster::update(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                          client::Body body, const client::WriteOptions& options,
                          Callback<client::Written> done) {
    write(resource, nameSpace, name, body, options, std::move(done));
}

void LocalCluster::write(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                         const client::Body& body, const client::WriteOptions& options,
                         Callback<client::Written> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    if (!options.subresource.empty() && !(*kind)->hasSubresource(options.subresource))
        return impl_->refuse(done, noSuchResource());
    auto decoded = messageOf(**kind, body, options, *impl_->catalogue());
    if (!decoded) return impl_->refuse(done, decoded.error());
    auto request = writeRequest(impl_->user, **kind, nameSpace, name, options);
    request->message = std::move(decoded->message);
    // Created on a subresource, the body says whose: a Binding has its pod's name.
    if (name.empty() && !options.subresource.empty()) request->name = metadataOf(*request->message).name();
    request->warnings = std::move(decoded->warnings);
    auth::Attributes what =
        asking(**kind, name.empty() ? "create" : "update", nameSpace, request->name, options.subresource);
    impl_->ask<client::Written>(std::move(what), std::move(done), [request](Core& core, auto answer) {
        Done finish = answerWritten(*request->kind, std::move(answer));
        dispatchWrite(core, std::move(*request), std::move(finish));
    });
}

void LocalCluster::requestToken(const std::string& nameSpace, api::authentication::TokenRequest request,
                                Callback<api::authentication::TokenRequest> done) {
    const api::Kind& kind = api::kindOf<api::core::ServiceAccount>();
    const std::string account = request.metadata().name();
    auto write = writeRequest(impl_->user, kind, nameSpace, account, {.subresource = "token"});
    write->message = std::make_unique<api::authentication::TokenRequest>(std::move(request));
    impl_->ask<api::authentication::TokenRequest>(
        asking(kind, "create", nameSpace, account, "token"), std::move(done),
        [write](Core& core, auto answer) {
            dispatchWrite(core, std::move(*write), [answer](Result<Outcome> outcome) {
                if (!outcome) return answer(fail(outcome.error()));
                answer(static_cast<const api::authentication::TokenRequest&>(*outcome->answer));
            });
        });
}

void LocalCluster::patch(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                         api::PatchType type, std::string patch, const client::WriteOptions& options,
                         Callback<client::Written> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    if (!options.subresource.empty() && !(*kind)->hasSubresource(options.subresource))
        return impl_->refuse(done, noSuchResource());
    auto validation = parseFieldValidation(options.fieldValidation, "PatchOptions");
    if (!validation) return impl_->refuse(done, validation.error());
    auto request = std::make_shared<PatchRequest>();
    request->write = std::move(*writeRequest(impl_->user, **kind, nameSpace, name, options));
    request->type = type;
    request->patch = std::move(patch);
    request->validation = *validation;
    auth::Attributes what = asking(**kind, "patch", nameSpace, name, options.subresource);
    impl_->ask<client::Written>(std::move(what), std::move(done), [request](Core& core, auto answer) {
        Done finish = answerWritten(*request->write.kind, std::move(answer));
        patchObject(core, std::move(*request), std::move(finish));
    });
}

void LocalCluster::remove(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                          const client::DeleteOptions& options, Callback<client::Written> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    RemoveRequest request;
    request.kind = *kind;
    request.nameSpace = (*kind)->namespaced ? nameSpace : "";
    request.name = name;
    request.user = impl_->user;
    if (options.gracePeriodSeconds) request.options.set_graceperiodseconds(*options.gracePeriodSeconds);
    if (!options.propagationPolicy.empty()) request.options.set_propagationpolicy(options.propagationPolicy);
    if (!options.uid.empty()) request.options.mutable_preconditions()->set_uid(options.uid.value());
    if (options.revision > 0)
        request.options.mutable_preconditions()->set_resourceversion(std::to_string(options.revision));
    impl_->ask<client::Written>(asking(**kind, "delete", nameSpace, name), std::move(done),
                                [request = std::move(request)](Core& core, auto answer) {
                                    removeObject(core, request,
                                                 answerWritten(*request.kind, std::move(answer)));
                                });
}

void LocalCluster::table(const ResourceName& resource, const client::ListOptions& options,
                         Callback<api::Table> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    auto query = listQuery(**kind, options);
    if (!query) return impl_->refuse(done, query.error());
    impl_->ask<api::Table>(asking(**kind, "list", options.nameSpace), std::move(done),
                           [kind = *kind, query = std::move(*query),
                            user = impl_->user](Core& core, const auto& answer) mutable {
                               query.selection.reader = auth::readerFor(core.auth, user);
                               auto list = listObjects(core, query);
                               if (!list) return answer(fail(list.error()));
                               api::Table table;
                               table.columns = api::tableColumns(*kind);
                               const WallTime now = core.dates.wallNow();
                               for (const api::ObjectPtr& item : list->items)
                                   table.rows.push_back(api::tableRow(*kind, item, now));
                               table.resourceVersion = std::to_string(list->revision);
                               table.continueToken = std::move(list->continueToken);
                               table.remaining = list->remaining;
                               answer(std::move(table));
                           });
}

void LocalCluster::discover(Callback<std::vector<client::ResourceInfo>> done) {
    std::vector<client::ResourceInfo> infos;
    const auto catalogue = impl_->catalogue();
    for (const api::Kind* kind : catalogue->kinds())
        infos.push_back({kind->name, kind->kind, kind->singular, kind->shortNames, kind->categories,
                         verbsOf(*kind), kind->subresources, kind->namespaced});
    impl_->later<std::vector<client::ResourceInfo>>(std::move(done))(std::move(infos));
}

std::unique_ptr<client::Subscription> LocalCluster::logs(const std::string& nameSpace, const std::string& pod,
                                                         const client::LogOptions& options,
                                                         client::LogSink sink) {
    auto state = std::make_shared<LogState>();
    state->sink = std::move(sink);
    auto subscription =
        std::make_unique<LogSubscription>(state, impl_->control, &impl_->control == &impl_->callbacks);
    LogQuery query{options.container, options.follow,       options.previous,  options.timestamps,
                   options.tailLines, options.sinceSeconds, options.sinceTime, options.limitBytes};
    const auto end = [state, &callbacks = impl_->callbacks](const Result<void>& result) {
        callbacks.post([state, result] {
            if (!state->closed && state->sink.onEnd) state->sink.onEnd(result);
        });
    };
    const auto data = [state = std::weak_ptr(state), &callbacks = impl_->callbacks,
                       &control = impl_->control](std::string_view bytes) {
        callbacks.post([state, &control, text = std::string(bytes)] {
            const auto alive = state.lock();
            if (!alive || alive->closed) return;
            if (alive->sink.onData) alive->sink.onData(text);
            // What the receiver has seen makes room for more.
            control.post([state, size = text.size()] {
                if (const auto open = state.lock(); open && open->stream) open->stream->taken(size);
            });
        });
    };
    impl_->onControl(
        [impl = impl_, state, nameSpace, pod, query, data, end](const std::shared_ptr<Core>& core) {
            if (state->closed) return;
            if (!core) return end(fail(Reason::ServiceUnavailable, "the API server has stopped"));
            const auto what = asking(api::kindOf<api::core::Pod>(), "get", nameSpace, pod, "log");
            if (auto allowed = impl->allow(*core, what); !allowed) return end(fail(allowed.error()));
            auto stream = openLog(*core, nameSpace, pod, query, data,
                                  [end, weak = std::weak_ptr(state)](Result<void> result) {
                                      if (weak.lock()) end(result);
                                  });
            if (!stream) return end(fail(stream.error()));
            state->stream = std::move(*stream);
        });
    return subscription;
}

std::unique_ptr<client::PodSession> LocalCluster::exec(const std::string& nameSpace, const std::string& pod,
                                                       const client::ExecOptions& options,
                                                       client::PodSink sink) {
    return impl_->podSession("exec", nameSpace, pod, std::move(sink), execPlan(options));
}

std::unique_ptr<client::PodSession> LocalCluster::openPort(const std::string& nameSpace,
                                                           const std::string& pod, std::uint16_t port,
                                                           client::PodSink sink) {
    return impl_->podSession("portforward", nameSpace, pod, std::move(sink), portPlan(port));
}

void LocalCluster::openApi(const std::string& apiVersion, Callback<std::shared_ptr<const std::string>> done) {
    impl_->callbacks.post(
        [weak = std::weak_ptr(impl_), path = client::openApiPath(apiVersion), done = std::move(done)] {
            const auto self = weak.lock();
            if (!self || self->closed) return;
            auto found = api::openApiDocument(*self->catalogue(), path);
            if (!found) return done(fail(noSuchResource()));
            done(std::move(found->json));
        });
}

void LocalCluster::yaml(const ResourceName& resource, const std::string& nameSpace, const std::string& name,
                        Callback<std::string> done) {
    auto kind = impl_->kindOf(resource);
    if (!kind) return impl_->refuse(done, kind.error());
    impl_->ask<std::string>(
        asking(**kind, "get", nameSpace, name), std::move(done),
        [kind = *kind, nameSpace, name, user = impl_->user](Core& core, const auto& answer) {
            auto object =
                getObject(core, *kind, nameSpace, name, "", "", auth::readerFor(core.auth, user).get());
            if (!object) return answer(fail(object.error()));
            // Who set which field is for machines.
            const auto message = api::messageAs(*kind, **object);
            metadataOf(*message).clear_managedfields();
            answer(api::jsonToYaml(api::encodeJson(*message, kind->apiVersion(), kind->kind)));
        });
}

} // namespace wheelhouse::apiserver
