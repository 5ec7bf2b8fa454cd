#include "vmnodes/network/nft_table.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace wheelhouse::network {

namespace {

using Entries = std::map<std::string, std::string>;

/// The kernel takes 255 bytes; the rest is for what callers put around it.
constexpr std::size_t longestName = 160;

/// Writes the commands of one script; each names the table.
class Script {
  public:
    explicit Script(const NftTable& table) : of_(table.family + " " + table.name) {}

    void addTable() { line("add table {}", of_); }
    void deleteTable() { line("delete table {}", of_); }
    void addSet(const std::string& name, const NftTable::Set& set) {
        line("add {} {} {} {{ {} }}", set.map ? "map" : "set", of_, name, set.type);
    }
    void deleteSet(const std::string& name, const NftTable::Set& set) {
        line("delete {} {} {}", set.map ? "map" : "set", of_, name);
    }
    void addChain(const std::string& name, const NftTable::Chain& chain) {
        if (chain.hook.empty()) return line("add chain {} {}", of_, name);
        line("add chain {} {} {{ {} }}", of_, name, chain.hook);
    }
    void flushChain(const std::string& name) { line("flush chain {} {}", of_, name); }
    void deleteChain(const std::string& name) { line("delete chain {} {}", of_, name); }
    void addRules(const std::string& name, const NftTable::Chain& chain) {
        for (const std::string& rule : chain.rules)
            line("add rule {} {} {}", of_, name, rule);
    }
    void addEntries(const std::string& name, const Entries& entries) { change("add", name, entries, true); }
    void deleteEntries(const std::string& name, const Entries& entries) {
        change("delete", name, entries, false);
    }
    std::string take() { return std::move(text_); }

  private:
    template <class... Args>
    void line(fmt::format_string<Args...> format, Args&&... args) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
        text_ += '\n';
    }
    void change(const char* verb, const std::string& name, const Entries& entries, bool values) {
        if (entries.empty()) return;
        std::string list;
        for (const auto& [key, value] : entries) {
            list += (list.empty() ? "" : ", ") + key;
            if (values && !value.empty()) list += " : " + value;
        }
        line("{} element {} {} {{ {} }}", verb, of_, name, list);
    }

    std::string of_;
    std::string text_;
};

/// What is in `a` and not the same in `b`.
Entries missing(const Entries& a, const Entries& b) {
    Entries out;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
    return out;
}

/// A set cannot change its type, nor a chain its hook.
bool sameShape(const NftTable& before, const NftTable& after) {
    if (before.family != after.family || before.name != after.name) return false;
    for (const auto& [name, set] : after.sets) {
        const auto old = before.sets.find(name);
        if (old != before.sets.end() && (old->second.type != set.type || old->second.map != set.map))
            return false;
    }
    for (const auto& [name, chain] : after.chains) {
        const auto old = before.chains.find(name);
        if (old != before.chains.end() && old->second.hook != chain.hook) return false;
    }
    return true;
}

} // namespace

std::string createScript(const NftTable& table) {
    Script script(table);
    script.addTable(); // so that there is one to delete
    script.deleteTable();
    script.addTable();
    for (const auto& [name, set] : table.sets)
        script.addSet(name, set);
    for (const auto& [name, chain] : table.chains)
        script.addChain(name, chain);
    for (const auto& [name, chain] : table.chains)
        script.addRules(name, chain);
    for (const auto& [name, set] : table.sets)
        script.addEntries(name, set.entries);
    return script.take();
}

std::string changeScript(const NftTable& before, const NftTable& after) {
    if (before == after) return {};
    if (!sameShape(before, after)) return createScript(after);
    Script script(after);
    for (const auto& [name, set] : after.sets)
        if (!before.sets.contains(name)) script.addSet(name, set);
    for (const auto& [name, chain] : after.chains)
        if (!before.chains.contains(name)) script.addChain(name, chain);
    for (const auto& [name, chain] : after.chains) {
        const auto old = before.chains.find(name);
        if (old != before.chains.end() && old->second == chain) continue;
        if (old != before.chains.end()) script.flushChain(name);
        script.addRules(name, chain);
    }
    for (const auto& [name, set] : after.sets) {
        const auto old = before.sets.find(name);
        const Entries had = old == before.sets.end() ? Entries() : old->second.entries;
        script.deleteEntries(name, missing(had, set.entries));
        script.addEntries(name, missing(set.entries, had));
    }
    for (const auto& [name, chain] : before.chains) // they may lead to one another
        if (!after.chains.contains(name)) script.flushChain(name);
    for (const auto& [name, set] : before.sets)
        if (!after.sets.contains(name)) script.deleteEntries(name, set.entries);
    for (const auto& [name, chain] : before.chains)
        if (!after.chains.contains(name)) script.deleteChain(name);
    for (const auto& [name, set] : before.sets)
        if (!after.sets.contains(name)) script.deleteSet(name, set);
    return script.take();
}

std::string nameForNft(const std::string& text) {
    std::string out = text;
    for (char& c : out)
        if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.' && c != '/') c = '_';
    if (out.size() > longestName) {
        std::uint64_t hash = 0xcbf29ce484222325; // FNV-1a: the same name after a restart
        for (const char c : text)
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        out = fmt::format("{}-{:016x}", out.substr(0, longestName - 17), hash);
    }
    return out;
}

} // namespace wheelhouse::network
