#include "vmnodes/network/cluster_names.h"

#include "dns_message.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace wheelhouse::network {

namespace core = api::core;
namespace discovery = api::discovery;

namespace {

constexpr std::uint32_t lifetime = 5; ///< seconds; what changes is known here at once, elsewhere after them
constexpr std::size_t mostTcp = 65'535;
constexpr int mostAliases = 8;
constexpr auto schemaVersion = "1.1.0";

/// The bytes of an address; nothing when it is none.
struct Address {
    explicit Address(const std::string& text) {
        std::array<char, 16> raw{};
        six = text.find(':') != std::string::npos;
        if (::inet_pton(six ? AF_INET6 : AF_INET, text.c_str(), raw.data()) == 1)
            bytes.assign(raw.data(), six ? 16 : 4);
    }
    bool six = false;
    std::string bytes;
};

std::string reverseName(const Address& address) {
    std::string out;
    for (auto it = address.bytes.rbegin(); it != address.bytes.rend(); ++it) {
        const unsigned char byte = static_cast<unsigned char>(*it);
        out += address.six ? fmt::format("{:x}.{:x}.", byte & 0xf, byte >> 4) : fmt::format("{}.", byte);
    }
    return out + (address.six ? "ip6.arpa" : "in-addr.arpa");
}

/// "10-244-1-5" or "fd00--5" as an address.
Address dashed(std::string text) {
    const Address four([&] {
        std::string dotted = text;
        std::replace(dotted.begin(), dotted.end(), '-', '.');
        return dotted;
    }());
    if (!four.bytes.empty()) return four;
    std::replace(text.begin(), text.end(), '-', ':');
    return Address(text);
}

std::string undotted(std::string address) {
    for (char& c : address)
        if (c == '.' || c == ':') c = '-';
    return address;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

std::string textBytes(const std::string& text) {
    return static_cast<char>(text.size()) + text;
}

} // namespace

/// What is found while one question is answered.
struct ClusterNames::Lookup {
    dns::Response response;
    std::string outside; ///< an alias leads there
    bool known = false;
};

ClusterNames::ClusterNames(const NetworkObjects& objects, std::string domain, const std::string& ownAddress)
    : domain_(lower(std::move(domain))) {
    between_ = {"svc." + domain_, "pod." + domain_, "dns." + domain_};
    add(domain_, {dns::SOA, startOfAuthority(), {}});
    add(domain_, {dns::NS, dns::wireName("ns.dns." + domain_), {}});
    add("dns-version." + domain_, {dns::TXT, textBytes(schemaVersion), {}});
    addAddress("ns.dns." + domain_, ownAddress);
    for (const auto& [key, settings] : objects.nameSettings)
        routes_ = NameRoutes::of(*settings).value_or(NameRoutes());
    for (const auto& [key, service] : objects.services)
        addService(service->metadata().namespace_(), *service, objects);
}

std::string ClusterNames::startOfAuthority() const {
    std::string out = dns::wireName("ns.dns." + domain_) + dns::wireName("hostmaster." + domain_);
    dns::put32(out, 1); // nobody copies this zone by its serial number
    dns::put32(out, 7200);
    dns::put32(out, 1800);
    dns::put32(out, 86'400);
    dns::put32(out, lifetime);
    return out;
}

void ClusterNames::add(const std::string& name, Data data) {
    std::vector<Data>& all = names_[name];
    if (std::find(all.begin(), all.end(), data) == all.end()) all.push_back(std::move(data));
}

bool ClusterNames::addAddress(const std::string& name, const std::string& text) {
    const Address address(text);
    if (address.bytes.empty()) return false;
    add(name, {address.six ? dns::AAAA : dns::A, address.bytes, {}});
    return true;
}

void ClusterNames::addReverse(const std::string& text, const std::string& name) {
    const Address address(text);
    if (!address.bytes.empty()) add(reverseName(address), {dns::PTR, dns::wireName(name), {}});
}

void ClusterNames::addPort(const std::string& name, const std::string& port, const std::string& protocol,
                           int number, const std::string& target) {
    std::string data;
    dns::put16(data, 0);   // priority
    dns::put16(data, 100); // weight: all alike
    dns::put16(data, static_cast<std::size_t>(number));
    data += dns::wireName(target);
    add(name, {dns::SRV, data, target});
    if (port.empty()) return;
    const std::string above = fmt::format("_{}.{}", lower(protocol.empty() ? "TCP" : protocol), name);
    between_.insert(above);
    add(fmt::format("_{}.{}", lower(port), above), {dns::SRV, data, target});
}

void ClusterNames::addService(const std::string& nameSpace, const core::Service& service,
                              const NetworkObjects& objects) {
    const core::ServiceSpec& spec = service.spec();
    const std::string above = fmt::format("{}.svc.{}", nameSpace, domain_);
    const std::string name = service.metadata().name() + "." + above;
    between_.insert(above);
    if (spec.type() == "ExternalName") {
        const std::string target = lower(spec.externalname());
        if (const std::string wire = dns::wireName(target); !wire.empty() && !target.empty())
            add(name,
                {dns::CNAME, wire, target.ends_with('.') ? target.substr(0, target.size() - 1) : target});
        return;
    }
    const bool headless = spec.clusterip() == "None";
    std::set<std::string> addresses{spec.clusterips().begin(), spec.clusterips().end()};
    if (!spec.clusterip().empty()) addresses.insert(spec.clusterip());
    for (const std::string& address : addresses)
        if (addAddress(name, address)) addReverse(address, name);
    if (!headless)
        for (const core::ServicePort& port : spec.ports())
            addPort(name, port.name(), port.protocol(), port.port(), name);
    if (headless) between_.insert(name); // it is there, whether or not somebody answers
    const auto slices = objects.slices.find(nameSpace + "/" + service.metadata().name());
    if (slices == objects.slices.end()) return;
    for (const auto& [key, slice] : slices->second)
        addEndpoints(name, *slice, headless);
}

void ClusterNames::addEndpoints(const std::string& name, const discovery::EndpointSlice& slice,
                                bool headless) {
    for (const discovery::Endpoint& endpoint : slice.endpoints())
        if (!endpoint.conditions().has_ready() || endpoint.conditions().ready())
            addEndpoint(name, slice, endpoint, headless);
}

void ClusterNames::addEndpoint(const std::string& name, const discovery::EndpointSlice& slice,
                               const discovery::Endpoint& endpoint, bool headless) {
    for (const std::string& address : endpoint.addresses()) {
        const std::string host =
            (endpoint.hostname().empty() ? undotted(address) : lower(endpoint.hostname())) + "." + name;
        if (!addAddress(host, address)) continue;
        addReverse(address, host);
        if (!headless) continue;
        addAddress(name, address);
        for (const discovery::EndpointPort& port : slice.ports())
            if (port.port() != 0) addPort(name, port.name(), port.protocol(), port.port(), host);
    }
}

bool ClusterNames::inDomain(const std::string& name) const {
    return name == domain_ || name.ends_with("." + domain_);
}

/// "10-244-1-5.default.pod.cluster.local": the address is in the name.
bool ClusterNames::addPodName(const std::string& name, Lookup& lookup) const {
    const std::string tail = ".pod." + domain_;
    if (!name.ends_with(tail)) return false;
    const std::string rest = name.substr(0, name.size() - tail.size());
    const std::size_t dot = rest.find('.');
    if (dot == std::string::npos) return true; // a namespace
    const Address address = dashed(rest.substr(0, dot));
    if (address.bytes.empty() || rest.find('.', dot + 1) != std::string::npos) return false;
    lookup.response.answers.push_back({name, address.six ? dns::AAAA : dns::A, lifetime, address.bytes});
    return true;
}

void ClusterNames::look(const std::string& start, std::uint16_t type, Lookup& lookup) const {
    std::string name = start;
    for (int step = 0; step < mostAliases; ++step) {
        const auto found = names_.find(name);
        if (found == names_.end()) {
            lookup.known = lookup.known || between_.contains(name);
            Lookup pod;
            if (addPodName(name, pod)) {
                lookup.known = true;
                for (const dns::Record& record : pod.response.answers)
                    if (record.type == type) lookup.response.answers.push_back(record);
            }
            return;
        }
        lookup.known = true;
        std::string next;
        for (const Data& data : found->second) {
            if (data.type != type && data.type != dns::CNAME) continue;
            lookup.response.answers.push_back({name, data.type, lifetime, data.bytes});
            if (data.type == dns::CNAME && type != dns::CNAME) next = data.target;
            if (data.type != dns::SRV || data.target == start) continue;
            const auto host = names_.find(data.target);
            for (const Data& address : host == names_.end() ? std::vector<Data>() : host->second)
                if (address.type == dns::A || address.type == dns::AAAA)
                    lookup.response.additional.push_back(
                        {data.target, address.type, lifetime, address.bytes});
        }
        if (next.empty()) return;
        if (!inDomain(next)) {
            lookup.outside = next;
            return;
        }
        name = next;
    }
}

ClusterNames::Reply ClusterNames::reply(std::string_view query, bool udp) const {
    const auto question = dns::parseQuery(query);
    if (!question) return {dns::encodeError(query, dns::FormatError), {}, false, {}};
    if (!inDomain(question->name) && !names_.contains(question->name))
        return {{}, std::string(query), false, routes_.serversFor(question->name)};
    Lookup lookup;
    look(question->name, question->type, lookup);
    if (!lookup.outside.empty())
        return {{}, dns::queryFor(*question, lookup.outside), true, routes_.serversFor(lookup.outside)};
    if (lookup.response.answers.empty()) {
        if (!lookup.known) lookup.response.code = dns::NoSuchName;
        lookup.response.authority.push_back({domain_, dns::SOA, lifetime, startOfAuthority()});
    }
    return {dns::encode(query, *question, lookup.response, udp ? question->udpSize : mostTcp), {}, false, {}};
}

std::string ClusterNames::completed(std::string_view query, std::string_view theirs, bool udp) const {
    const auto question = dns::parseQuery(query);
    const auto answers = dns::parseAnswers(theirs);
    if (!question || !answers) return dns::encodeError(query, dns::ServerFailure);
    Lookup lookup;
    look(question->name, question->type, lookup);
    lookup.response.authoritative = false;
    lookup.response.code = static_cast<dns::Code>(answers->code);
    lookup.response.answers.insert(lookup.response.answers.end(), answers->records.begin(),
                                   answers->records.end());
    return dns::encode(query, *question, lookup.response, udp ? question->udpSize : mostTcp);
}

std::string ClusterNames::unanswered(std::string_view query, bool nobody) {
    return dns::encodeError(query, nobody ? dns::Refused : dns::ServerFailure);
}

} // namespace wheelhouse::network
