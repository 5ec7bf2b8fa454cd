#pragma once

#include "engine/client/pod_sessions.h"

namespace wheelhouse::tests {

/// One two-way stream somebody opened: what they have said, and the way to answer.
struct FakeSession : std::enable_shared_from_this<FakeSession> {
    std::string nameSpace;
    std::string pod;
    client::ExecOptions options; ///< of a command
    std::uint16_t port = 0;      ///< of a port
    std::string input;
    bool inputClosed = false;
    bool held = false;
    int holds = 0;    ///< how often it was held
    bool open = true; ///< whoever opened it still holds it
    std::vector<std::pair<int, int>> sizes;

    /// Answers come as posted tasks, in order, and only while it is open.
    void say(std::string bytes, int channel = 1);
    void end(Result<int> result);
    void congest(bool congested);

    client::PodSink sink;
    Executor* executor = nullptr;
};

/// The streams of a cluster in memory: each is kept for the test to play the pod.
class FakeSessions : public client::PodSessions {
  public:
    explicit FakeSessions(Executor& executor) : executor_(executor) {}
    std::vector<std::shared_ptr<FakeSession>> sessions;
    /// Called inside the call for each stream that is opened, when set.
    std::function<void(FakeSession&)> onSession;

    std::unique_ptr<client::PodSession> exec(const std::string& nameSpace, const std::string& pod,
                                             const client::ExecOptions& options,
                                             client::PodSink sink) override;
    std::unique_ptr<client::PodSession> openPort(const std::string& nameSpace, const std::string& pod,
                                                 std::uint16_t port, client::PodSink sink) override;

  private:
    std::unique_ptr<client::PodSession> keep(std::shared_ptr<FakeSession> session);
    Executor& executor_;
};

} // namespace wheelhouse::tests
