#pragma once

#include "engine/client/cluster.h"

#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::tests {

/// What one container has written, and who reads it. Keeps Kubernetes' promise about `sinceTime`: whole
/// seconds, the given one included. Answers come as posted tasks, in order.
class FakeLog {
  public:
    void write(const std::string& text);
    /// Ends all that is read now; whoever asks later is answered as always.
    void end(Result<void> result);
    std::vector<client::LogOptions> asked; ///< in the order they came

    std::unique_ptr<client::Subscription> read(Executor& executor, const client::LogOptions& options,
                                               client::LogSink sink);

  private:
    struct Reader {
        client::LogSink sink;
        Executor* executor = nullptr;
        void say(const std::shared_ptr<Reader>& self, std::string bytes);
    };
    class Held;
    std::string text_;
    std::vector<std::weak_ptr<Reader>> readers_;
};

} // namespace wheelhouse::tests
