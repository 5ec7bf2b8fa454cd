#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::network::dns {

enum Type : std::uint16_t {
    A = 1,
    NS = 2,
    CNAME = 5,
    SOA = 6,
    PTR = 12,
    TXT = 16,
    AAAA = 28,
    SRV = 33,
    OPT = 41
};
enum Code : std::uint16_t {
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5
};

/// The one question of a message.
struct Question {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::string name; ///< in lower case, without the last dot
    std::uint16_t type = 0;
    std::size_t end = 0;       ///< where it ends in the message
    bool extended = false;     ///< EDNS
    std::size_t udpSize = 512; ///< the largest answer that may come in one packet
};

/// A record outside a message: names within it stand in full.
struct Record {
    std::string name;
    std::uint16_t type = 0;
    std::uint32_t ttl = 0;
    std::string data;
};

/// Nothing when the message is no query with one question that can be read.
std::optional<Question> parseQuery(std::string_view message);
/// The answers of a response that are addresses or aliases; nothing when it cannot be read.
struct Answers {
    std::uint16_t code = NoError;
    bool truncated = false;
    std::vector<Record> records;
};
std::optional<Answers> parseAnswers(std::string_view message);

/// `name` as it stands in messages; empty when it is no name.
std::string wireName(std::string_view name);
/// A number in the order of the network.
void put16(std::string& out, std::size_t number);
void put32(std::string& out, std::uint32_t number);

struct Response {
    Code code = NoError;
    bool authoritative = true;
    std::vector<Record> answers;
    std::vector<Record> authority;
    std::vector<Record> additional;
};
/// The response to `query`, whose question is `question`, in at most `limit` bytes: what does not fit is left
/// out, and said to be where it is an answer.
std::string encode(std::string_view query, const Question& question, const Response& response,
                   std::size_t limit);
/// The response to a query that cannot be read, or that nobody can answer. Empty where there is nothing to
/// respond to.
std::string encodeError(std::string_view query, Code code);
/// A query like `query` for another name.
std::string queryFor(const Question& query, const std::string& name);

} // namespace wheelhouse::network::dns
