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
/// again. Kept in memory only: after a restart every token is asked for anew. On the control executor.
class GatewayTokens {
  public:
    using Request = api::authentication::TokenRequest;
    /// Asks the API for a token of an account in a namespace; null = there are none.
    using Source = std::function<void(const std::string& nameSpace, Request, client::Callback<Request>)>;

    /// `ready` is told of every token that came, the first and each renewal.
    GatewayTokens(Source source, Executor& executor, std::function<void(const ObjectName&)> ready);

    /// The token; empty when it has yet to come.
    std::string get(const ObjectName& name);
    void forgetPod(const std::string& nameSpace, const std::string& podUid);

  private:
    struct Token {
        std::string text;
        ScopedTimer next;
    };
    void request(const ObjectName& name);
    void answered(const ObjectName& name, const Result<Request>& answer);

    Source source_;
    Executor& executor_;
    std::function<void(const ObjectName&)> ready_;
    std::map<ObjectName, std::unique_ptr<Token>> tokens_;
    std::shared_ptr<int> life_ = std::make_shared<int>(0);
};

} // namespace wheelhouse::controlplane
