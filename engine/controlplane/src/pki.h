#pragma once

#include "engine/base/clock.h"
#include "engine/base/random.h"
#include "engine/base/status.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wheelhouse::controlplane {

/// A certificate (leaf only) and its private key, both PEM.
struct KeyPair {
    std::string certificatePem;
    std::string keyPem;
};

/// The certificates of one lab: a CA of its own (ECDSA P-256, 10 years) in a folder only its owner may enter,
/// and what that CA signs. Opening is idempotent: whatever is there and still good is used again. Keys come
/// from OpenSSL's generator; `Random` gives serial numbers only. Calls touch the disk and sign: not for the
/// control thread. Not thread-safe. The clock and the random source must outlive it.
class Pki {
  public:
    /// Makes `dir` (0700), `ca.key` (0600) and `ca.crt` when they are missing; a crash in between is mended
    /// by the next call. Errors: a certificate without its key, a pair that does not match, an expired CA, an
    /// unusable folder.
    static Result<Pki> openOrCreate(const std::filesystem::path& dir, Clock& clock, Random& random);
    Pki(Pki&&) noexcept;
    Pki& operator=(Pki&&) noexcept;
    ~Pki();

    const std::string& caPem() const;
    /// The certificate kept as `<name>.crt`/`<name>.key` in the folder, valid for `sans` (DNS names and IP
    /// addresses; the first is the common name). Made anew, with a new key, when it is missing, unreadable,
    /// signed by another CA, for other names, or in the last third of its year.
    Result<KeyPair> server(const std::string& name, const std::vector<std::string>& sans);
    /// The key that signs service-account tokens, PEM, kept as `sa.key` (0600). Made when it is missing; one
    /// that cannot be read is reported, as a new one would end every token.
    Result<std::string> tokenKey();
    /// A certificate for whoever made `requestPem` (PKCS #10), for the purposes `extendedUsage` names in
    /// OpenSSL's words ("clientAuth"): subject, key and names of the request, our signature. Does not touch
    /// the disk. Errors: no request, or one its own key did not sign.
    Result<std::string> signRequest(const std::string& requestPem, const std::string& keyUsage,
                                    const std::string& extendedUsage, Duration validity) const;
    /// A fresh client certificate: `commonName` is the user (or "system:node:<node>"), `organizations` the
    /// groups. Not kept. Valid for one year unless said otherwise.
    Result<KeyPair> issueClient(const std::string& commonName, const std::vector<std::string>& organizations,
                                Duration validity = std::chrono::hours(24 * 365));

  private:
    struct Impl;
    explicit Pki(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// The names a lab's API server answers to: loopback, the Service in the cluster, and the host as VMs with
/// user networking see it.
std::vector<std::string> apiServerNames();

/// What a kubeconfig entry says. `name` is the cluster's, the user's and the context's.
struct KubeconfigEntry {
    std::string name;
    std::string url;
    std::string caPem;
    KeyPair client;
};

/// Writes `entry` to `file` (0600, in one step) and makes it the current context. Other entries of an
/// existing kubeconfig are kept; a file that is no kubeconfig is left alone and reported.
Result<void> writeKubeconfig(const std::filesystem::path& file, const KubeconfigEntry& entry);

} // namespace wheelhouse::controlplane
