#pragma once

#include <map>
#include <string>
#include <vector>

namespace wheelhouse::network {

/// One table of the kernel's packet filter as it shall be: plain data, made whole each time. What a change of
/// it costs is decided by the two scripts below.
struct NftTable {
    struct Chain {
        std::string hook; ///< "type nat hook prerouting priority -100; policy accept;", empty for others
        std::vector<std::string> rules;
        bool operator==(const Chain&) const = default;
    };
    /// A set, or a map when `entries` have values.
    struct Set {
        std::string type; ///< "type ipv4_addr; flags interval;"
        bool map = false;
        std::map<std::string, std::string> entries; ///< value by key; values of a set are empty
        bool operator==(const Set&) const = default;
    };
    std::string family; ///< "ip" or "ip6"
    std::string name;
    std::map<std::string, Set> sets;
    std::map<std::string, Chain> chains;
    bool operator==(const NftTable&) const = default;
};

/// The `nft -f` script that makes the table, whatever was there before. One transaction.
std::string createScript(const NftTable& table);

/// The script that turns the table `before` into `after`; empty when they are equal. One transaction that
/// touches only what differs, so sets the kernel fills itself keep what they hold.
std::string changeScript(const NftTable& before, const NftTable& after);

/// `text` as a part of a set's or chain's name: what nft does not take in names is replaced, and what is too
/// long is cut and told apart by a number.
std::string nameForNft(const std::string& text);

} // namespace wheelhouse::network
