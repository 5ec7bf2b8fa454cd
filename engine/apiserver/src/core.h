#pragma once

#include "admission/chain.h"
#include "auth/auth.h"
#include "computed.h"
#include "definitions/definitions.h"
#include "engine/api/apply.h"
#include "engine/api/catalogue.h"
#include "engine/apiserver/api_server.h"
#include "event_cache.h"
#include "observe/observation.h"
#include "sourced_groups.h"
#include "streams/stream_limits.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>

namespace wheelhouse::apiserver {

/// What the verbs share. Control executor only, except `control` itself, `options`, which never change, and
/// `catalogue`.
struct Core : std::enable_shared_from_this<Core> {
    ~Core();
    Core(store::Store& storeIn, Executor& controlIn, Random& randomIn, nodelink::PodStreams* streamsIn,
         Options optionsIn, const Clock& datesIn)
        : store(storeIn), control(controlIn), dates(datesIn), random(randomIn), streams(streamsIn),
          options(std::move(optionsIn)),
          auth(std::make_shared<auth::Auth>(storeIn, controlIn.clock(), options.tokenKeyPem,
                                            options.tokenIssuer)),
          admission(storeIn, *auth, randomIn, options.serviceNetwork, options.defaultTolerationSeconds,
                    options.mountTokens),
          computed(controlIn), definitions(std::make_unique<Definitions>(*this)),
          observer(std::make_shared<observe::Observer>(controlIn.clock(), options.audit)) {}

    store::Store& store;
    Executor& control;
    const Clock& dates; ///< by which objects are dated and their ages told
    Random& random;
    nodelink::PodStreams* streams;
    const Options options;
    const std::shared_ptr<auth::Auth> auth; ///< shared with calls, which look at tokens on their own threads
    AdmissionChain admission;
    ComputedKinds computed;
    Answerers answerers;
    SourcedGroups sourced;
    EventCache eventCache;
    api::apply::SetCache fieldSets;
    const std::shared_ptr<StreamCounts> streamCounts = std::make_shared<StreamCounts>();
    /// The kinds served now. Read from any thread; replaced on the control executor.
    std::atomic<std::shared_ptr<const api::Catalogue>> catalogue{api::Catalogue::builtIn()};
    std::unique_ptr<Definitions> definitions;
    /// Told after the catalogue was replaced, by whatever key they are kept under.
    std::map<const void*, std::function<void(const api::Catalogue&)>> catalogueListeners;
    /// Puts another catalogue in place. What was served and is not any more ends.
    void serve(std::shared_ptr<const api::Catalogue> next);
    const std::shared_ptr<observe::Observer> observer; ///< shared with calls, which may outlive this
    std::vector<std::weak_ptr<prometheus::Collectable>> metricSources;
    bool ready = false;
};

} // namespace wheelhouse::apiserver
