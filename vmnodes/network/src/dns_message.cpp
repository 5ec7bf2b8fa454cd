#include "dns_message.h"

#include <algorithm>
#include <cctype>

namespace wheelhouse::network::dns {

namespace {

constexpr std::size_t headerSize = 12;
constexpr std::size_t mostLabel = 63;
constexpr std::size_t mostName = 255;
constexpr int mostJumps = 32;
constexpr std::uint16_t internet = 1;
constexpr std::uint16_t isResponse = 0x8000;
constexpr std::uint16_t operation = 0x7800;
constexpr std::uint16_t authoritative = 0x0400;
constexpr std::uint16_t truncated = 0x0200;
constexpr std::uint16_t recursionDesired = 0x0100;
constexpr std::uint16_t recursionAvailable = 0x0080;
constexpr std::size_t ownUdpSize = 1232;

/// Reads a message from front to back; every step says whether there was anything to read.
class Reader {
  public:
    explicit Reader(std::string_view message, std::size_t position = 0)
        : message_(message), position_(position) {}
    std::size_t position() const { return position_; }

    bool number(std::uint16_t& out) {
        if (position_ + 2 > message_.size()) return false;
        out = static_cast<std::uint16_t>(byte(position_) << 8 | byte(position_ + 1));
        position_ += 2;
        return true;
    }
    bool skip(std::size_t count) {
        if (count > message_.size() - position_) return false;
        position_ += count;
        return true;
    }
    bool bytes(std::size_t count, std::string& out) {
        const std::size_t from = position_;
        if (!skip(count)) return false;
        out = message_.substr(from, count);
        return true;
    }
    /// A name, in lower case; follows what points elsewhere.
    bool name(std::string& out) {
        out.clear();
        std::size_t at = position_;
        std::size_t after = 0; // of the first pointer
        for (int jumps = 0; at < message_.size();) {
            const std::size_t length = byte(at);
            if (length == 0) {
                position_ = after != 0 ? after : at + 1;
                return true;
            }
            if ((length & 0xc0) == 0xc0) {
                if (at + 1 >= message_.size() || ++jumps > mostJumps) return false;
                if (after == 0) after = at + 2;
                at = (length & 0x3f) << 8 | byte(at + 1);
                continue;
            }
            if (length > mostLabel || at + 1 + length > message_.size()) return false;
            if (!out.empty()) out += '.';
            for (std::size_t i = at + 1; i <= at + length; ++i) {
                if (message_[i] == '.') return false; // would be taken for two labels
                out += static_cast<char>(std::tolower(static_cast<unsigned char>(message_[i])));
            }
            if (out.size() > mostName) return false;
            at += 1 + length;
        }
        return false;
    }

  private:
    std::size_t byte(std::size_t at) const { return static_cast<unsigned char>(message_[at]); }
    std::string_view message_;
    std::size_t position_;
};

struct Header {
    std::uint16_t id = 0;
    std::uint16_t flags = 0;
    std::uint16_t questions = 0;
    std::uint16_t answers = 0;
    std::uint16_t authorities = 0;
    std::uint16_t additionals = 0;
    bool read(Reader& reader) {
        return reader.number(id) && reader.number(flags) && reader.number(questions) &&
               reader.number(answers) && reader.number(authorities) && reader.number(additionals);
    }
};

/// What stands before a record's data.
struct RecordHead {
    std::string name;
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::uint32_t ttl = 0;
    std::uint16_t size = 0;
    bool read(Reader& reader) {
        std::uint16_t high = 0;
        std::uint16_t low = 0;
        if (!reader.name(name) || !reader.number(type) || !reader.number(klass) || !reader.number(high) ||
            !reader.number(low) || !reader.number(size))
            return false;
        ttl = static_cast<std::uint32_t>(high) << 16 | low;
        return true;
    }
};

void findExtension(Reader& reader, const Header& header, Question& question) {
    const int records = header.answers + header.authorities + header.additionals;
    for (int i = 0; i < records; ++i) {
        RecordHead head;
        if (!head.read(reader) || !reader.skip(head.size)) return;
        if (head.type != OPT) continue;
        question.extended = true; // its class is the size of packets
        question.udpSize = std::clamp<std::size_t>(head.klass, question.udpSize, ownUdpSize);
        return;
    }
}

void putRecord(std::string& out, const Record& record, const Question& question) {
    if (record.name == question.name)
        put16(out, 0xc000 | headerSize); // as the question has it
    else
        out += wireName(record.name);
    put16(out, record.type);
    put16(out, internet);
    put32(out, record.ttl);
    put16(out, record.data.size());
    out += record.data;
}

void putExtension(std::string& out) {
    out += '\0'; // the root
    put16(out, OPT);
    put16(out, ownUdpSize);
    put32(out, 0);
    put16(out, 0);
}

void putHeader(std::string& out, std::uint16_t id, std::uint16_t flags, std::size_t answers,
               std::size_t authorities, std::size_t additionals) {
    put16(out, id);
    put16(out, flags);
    put16(out, 1);
    put16(out, answers);
    put16(out, authorities);
    put16(out, additionals);
}

} // namespace

void put16(std::string& out, std::size_t number) {
    out += static_cast<char>(number >> 8 & 0xff);
    out += static_cast<char>(number & 0xff);
}

void put32(std::string& out, std::uint32_t number) {
    put16(out, number >> 16);
    put16(out, number & 0xffff);
}

std::string wireName(std::string_view name) {
    if (!name.empty() && name.back() == '.') name.remove_suffix(1);
    std::string out;
    while (!name.empty()) {
        const std::string_view label = name.substr(0, name.find('.'));
        if (label.empty() || label.size() > mostLabel) return {};
        out += static_cast<char>(label.size());
        out += label;
        name.remove_prefix(std::min(name.size(), label.size() + 1));
    }
    out += '\0';
    return out.size() > mostName ? std::string() : out;
}

std::optional<Question> parseQuery(std::string_view message) {
    Reader reader(message);
    Header header;
    if (!header.read(reader) || (header.flags & (isResponse | operation)) != 0 || header.questions != 1)
        return std::nullopt;
    Question out;
    out.id = header.id;
    out.flags = header.flags;
    std::uint16_t klass = 0;
    if (!reader.name(out.name) || !reader.number(out.type) || !reader.number(klass) || klass != internet)
        return std::nullopt;
    out.end = reader.position();
    findExtension(reader, header, out);
    return out;
}

std::optional<Answers> parseAnswers(std::string_view message) {
    Reader reader(message);
    Header header;
    if (!header.read(reader) || (header.flags & isResponse) == 0) return std::nullopt;
    Answers out;
    out.code = header.flags & 0xf;
    out.truncated = (header.flags & truncated) != 0;
    for (int i = 0; i < header.questions; ++i) {
        std::string name;
        if (!reader.name(name) || !reader.skip(4)) return std::nullopt;
    }
    for (int i = 0; i < header.answers; ++i) {
        RecordHead head;
        if (!head.read(reader)) return std::nullopt;
        Record record{head.name, head.type, head.ttl, {}};
        std::string target;
        Reader data(message, reader.position());
        if (!reader.bytes(head.size, record.data)) return std::nullopt;
        if (head.type == CNAME) {
            if (!data.name(target)) return std::nullopt;
            record.data = wireName(target);
        }
        if (head.type == CNAME || head.type == A || head.type == AAAA)
            out.records.push_back(std::move(record));
    }
    return out;
}

std::string encode(std::string_view query, const Question& question, const Response& response,
                   std::size_t limit) {
    const std::size_t extension = question.extended ? 11 : 0;
    std::string body;
    const std::size_t room = limit - std::min(limit, question.end + extension);
    // As many whole records as there is room for.
    const auto fill = [&](const std::vector<Record>& records) {
        std::size_t count = 0;
        for (const Record& record : records) {
            const std::size_t before = body.size();
            putRecord(body, record, question);
            if (body.size() > room) {
                body.resize(before);
                break;
            }
            ++count;
        }
        return count;
    };
    const std::size_t answers = fill(response.answers);
    const std::size_t authorities = fill(response.authority);
    const std::size_t additionals = fill(response.additional);
    std::uint16_t flags =
        isResponse | recursionAvailable | (question.flags & recursionDesired) | response.code;
    if (response.authoritative) flags |= authoritative;
    if (answers < response.answers.size()) flags |= truncated;
    std::string out;
    putHeader(out, question.id, flags, answers, authorities, additionals + (question.extended ? 1 : 0));
    out += query.substr(headerSize, question.end - headerSize);
    out += body;
    if (question.extended) putExtension(out);
    return out;
}

std::string encodeError(std::string_view query, Code code) {
    Reader reader(query);
    Header header;
    if (!header.read(reader) || (header.flags & isResponse) != 0) return {};
    if (const auto question = parseQuery(query))
        return encode(query, *question, {code, false, {}, {}, {}}, ownUdpSize);
    std::string out;
    put16(out, header.id);
    put16(out, isResponse | (header.flags & (operation | recursionDesired)) | code);
    out.append(8, '\0');
    return out;
}

std::string queryFor(const Question& query, const std::string& name) {
    std::string out;
    putHeader(out, query.id, recursionDesired, 0, 0, query.extended ? 1 : 0);
    out += wireName(name);
    put16(out, query.type);
    put16(out, internet);
    if (query.extended) putExtension(out);
    return out;
}

} // namespace wheelhouse::network::dns
