#pragma once

#include <string>
#include <sys/types.h>

namespace bench {

/// etcd from the distribution, on loopback, with a folder of its own beside the build. Ends with its owner.
class Etcd {
  public:
    /// Starts it and waits until it is healthy.
    Etcd();
    ~Etcd();
    Etcd(const Etcd&) = delete;
    Etcd& operator=(const Etcd&) = delete;

    /// False, with a line on standard error, where it could not be fetched or started.
    bool up() const { return up_; }
    /// "127.0.0.1:23790", without TLS.
    std::string address() const;
    /// What `etcdctl check perf` says at its highest load: durable writes/s by 1000 clients. 0 when it is not
    /// up.
    double writesPerSecond() const;

  private:
    std::string ctl_; ///< the command line of etcdctl
    std::string folder_;
    pid_t pid_ = -1;
    bool up_ = false;
};

} // namespace bench
