#pragma once

#include "command_line.h"
#include "engine/client/cluster.h"
#include "engine/controlplane/control_plane.h"

#include <functional>
#include <memory>
#include <string>

namespace wheelhouse::app {

/// One running lab: its threads, its control plane, and the machines under it. Make, start and stop it on the
/// main thread.
class Lab {
  public:
    /// Opens the data folder and the sockets. Errors are one line each and leave nothing behind.
    static Result<std::unique_ptr<Lab>> open(const CommandLine& options);
    ~Lab();

    /// Starts everything that acts and sees to it that the lab has the nodes asked for. `ready` is called
    /// once, on the control thread: from then on the API serves.
    void start(std::function<void(Result<void>)> ready);
    /// stop() leaves virtual machines running, whatever the command line says. Main thread.
    void leaveMachines();
    /// Stops in order: front, controllers, machines (or leaves those running), store. Blocks.
    void stop();

    std::unique_ptr<client::Cluster> connect(Executor& callbacks, const std::string& user);
    const std::string& url() const;
    const CommandLine& options() const;

  private:
    struct Impl;
    explicit Lab(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace wheelhouse::app
