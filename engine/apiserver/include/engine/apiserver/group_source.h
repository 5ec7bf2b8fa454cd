#pragma once

#include "engine/base/status.h"

#include <google/protobuf/message.h>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::apiserver {

/// Answers below /apis/GROUP/VERSION where only the source knows what resources there are, and they can only
/// be read: a group whose names are what somebody measures. The API server does access, discovery and
/// encoding. On the control executor only, and answers at once.
class GroupSource {
  public:
    /// What discovery says of one resource.
    struct Resource {
        std::string name; ///< "queue", "pods/http_requests"
        bool namespaced = true;
        std::string kind; ///< of the answer
        std::vector<std::string> verbs;
    };
    struct Question {
        std::string version;
        std::string nameSpace;         ///< empty: none was named
        std::vector<std::string> path; ///< what follows the namespace, or else the version; not empty
        std::map<std::string, std::string> query; ///< of a name given twice the first
    };

    virtual ~GroupSource() = default;
    virtual std::vector<Resource> resources(const std::string& version) = 0;
    /// A message of the group's package; its name is its kind.
    virtual Result<std::unique_ptr<google::protobuf::Message>> read(const Question& question) = 0;
};

} // namespace wheelhouse::apiserver
