#pragma once

#include "admission/chain.h"
#include "auth/auth.h"
#include "engine/api/apply.h"
#include "engine/apiserver/api_server.h"
#include "event_cache.h"

#include <memory>

namespace wheelhouse::apiserver {

/// What the verbs share. Control executor only, except `control` itself and `options`, which never change.
struct Core : std::enable_shared_from_this<Core> {
    Core(store::Store& storeIn, Executor& controlIn, Random& randomIn, nodelink::PodStreams* streamsIn,
         Options optionsIn)
        : store(storeIn), control(controlIn), random(randomIn), streams(streamsIn),
          options(std::move(optionsIn)),
          auth(std::make_shared<auth::Auth>(storeIn, controlIn.clock(), options.tokenKeyPem,
                                            options.tokenIssuer)),
          admission(storeIn, *auth, randomIn, options.serviceNetwork, options.defaultTolerationSeconds,
                    options.mountTokens) {}

    store::Store& store;
    Executor& control;
    Random& random;
    nodelink::PodStreams* streams;
    const Options options;
    const std::shared_ptr<auth::Auth> auth; ///< shared with calls, which look at tokens on their own threads
    AdmissionChain admission;
    EventCache eventCache;
    api::apply::SetCache fieldSets;
    bool ready = false;
};

} // namespace wheelhouse::apiserver
