#pragma once

#include "engine/apiserver/api_server.h"
#include "engine/machines/link_fabric.h"
#include "engine/nodelink/node_hub.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// How much goes over links: node links as the hub counts them while somebody watches, and links between
/// machines as the fabric does. Served as LinkTraffics. On the control executor.
class LinkTraffics final : public apiserver::ObjectSource {
  public:
    /// `fabric` may be null: there is none. All must outlive it; `control` goes by real time.
    LinkTraffics(apiserver::ApiServer& api, nodelink::NodeHub& hub, const machines::LinkFabric* fabric,
                 Executor& control);
    ~LinkTraffics() override;

    std::unique_ptr<google::protobuf::Message> object(const std::string& nameSpace, const std::string& name,
                                                      const std::string& subresource) override;
    std::vector<std::string> keys(const std::string& nameSpace) override;

  private:
    struct Link {
        std::string from;
        std::string to; ///< empty = the control plane
        std::uint64_t sent = 0;
        std::uint64_t received = 0;
        std::uint64_t lost = 0;
        bool operator==(const Link&) const = default;
    };
    using Links = std::map<std::string, Link>;
    static Link linkOf(const nodelink::NodeHub::Traffic& counted);
    /// Between machines, both ways in one.
    Links fabricLinks() const;
    Links links() const;
    /// One of them, without looking at all nodes: there may be thousands, and lists ask for each.
    std::optional<Link> find(const std::string& name) const;
    void look();

    nodelink::NodeHub& hub_;
    const machines::LinkFabric* fabric_;
    Executor& control_;
    const WallTime since_;
    std::unique_ptr<apiserver::Serving> serving_;
    Links told_; ///< what watchers know
    ScopedTimer timer_;
};

} // namespace wheelhouse::controlplane
