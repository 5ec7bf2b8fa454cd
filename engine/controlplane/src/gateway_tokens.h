#pragma once

#include "engine/api/groups/authentication.h"
#include "engine/base/executor.h"
#include "engine/client/cluster.h"
#include "gateway_objects.h"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace wheelhouse::controlplane {

/// The tokens of service accounts that the volumes of pods on connected nodes hold, each bound to its pod.
/// Asks the API for one when it is first wanted, and for another well before it ends; what fails is tried
/// again. None is kept: a node that connects again is given new ones. On the control executor.
class GatewayTokens {
  public:
    using Request = api::authentication::TokenRequest;
    /// Asks the API for a token of an account in a namespace; null = there are none.
    using Source = std::function<void(const std::string& nameSpace, Request, client::Callback<Request>)>;

    /// Told every token that came, the first and each renewal.
    using Ready = std::function<void(const ObjectName&, const std::string& token)>;

    GatewayTokens(Source source, Executor& executor, Ready ready);

    /// Somebody is to have such a token, now and as long as its pod is there.
    void want(const ObjectName& name);
    void forgetPod(const std::string& nameSpace, const std::string& podUid);

  private:
    struct Token {
        bool asked = false; ///< and the answer is not there yet
        ScopedTimer next;
    };
    void request(const ObjectName& name, Token& token);
    void answered(const ObjectName& name, const Result<Request>& answer);

    Source source_;
    Executor& executor_;
    Ready ready_;
    std::map<ObjectName, Token> tokens_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
