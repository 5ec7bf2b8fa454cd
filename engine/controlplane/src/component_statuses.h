#pragma once

#include "engine/apiserver/api_server.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// Serves ComponentStatuses, as `kubectl get cs` asks for them: whether the parts of the control plane are
/// well. On the control executor.
class ComponentStatuses final : public apiserver::ObjectSource {
  public:
    /// By name, what is wrong with a part; nothing where it is well. Asked whenever somebody looks.
    using Parts = std::map<std::string, std::function<std::string()>>;

    /// `api`, and what the parts refer to, must outlive it.
    ComponentStatuses(apiserver::ApiServer& api, Parts parts);

    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace, const std::string& name,
                                                      const std::string& subresource) override;
    std::vector<std::string> keys(const std::string& nameSpace) override;

  private:
    const Parts parts_;
    std::unique_ptr<apiserver::Serving> serving_;
};

} // namespace wheelhouse::controlplane
