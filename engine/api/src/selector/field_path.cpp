#include "selector/field_path.h"

#include <cstdint>
#include <optional>

namespace wheelhouse::api {
namespace {

using google::protobuf::FieldDescriptor;

/// A walk over the fields of serialised bytes. Ends early where they are damaged.
class Wire {
  public:
    explicit Wire(std::string_view bytes) : rest_(bytes) {}

    /// False at the end. Then `number`, and `text` or `scalar`, are those of the next field.
    bool next() {
        if (rest_.empty()) return false;
        const std::uint64_t tag = varint();
        number = static_cast<int>(tag >> 3);
        text = {};
        scalar = 0;
        switch (tag & 7) {
        case 0:
            scalar = varint();
            return true;
        case 1:
            text = take(8);
            return true;
        case 2:
            text = take(varint());
            return true;
        case 5:
            text = take(4);
            return true;
        default: // groups: no kind has any
            return false;
        }
    }

    int number = 0;
    std::string_view text;
    std::uint64_t scalar = 0;

  private:
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
            const auto byte = static_cast<unsigned char>(rest_.front());
            rest_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        rest_ = {};
        return 0;
    }
    std::string_view take(std::uint64_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    std::string_view rest_;
};

struct Found {
    std::string_view text;
    std::uint64_t scalar = 0;
};

/// The last one counts, as where messages are merged.
void find(std::string_view bytes, const int* number, const int* last, Found& found) {
    for (Wire wire(bytes); wire.next();) {
        if (wire.number != *number) continue;
        if (number == last)
            found = {wire.text, wire.scalar};
        else
            find(wire.text, number + 1, last, found);
    }
}

} // namespace

FieldPath::FieldPath(const google::protobuf::Descriptor* kind, std::string_view path) {
    const FieldDescriptor* field = nullptr;
    while (kind != nullptr) {
        const std::size_t dot = path.find('.');
        field = kind->FindFieldByName(std::string(path.substr(0, dot)));
        if (field == nullptr) break;
        numbers_.push_back(field->number());
        if (dot == std::string_view::npos) break;
        kind = field->message_type();
        path.remove_prefix(dot + 1);
    }
    if (field == nullptr || field->is_repeated())
        numbers_.clear();
    else
        type_ = field->cpp_type();
}

std::string FieldPath::valueIn(std::string_view bytes) const {
    if (numbers_.empty()) return {};
    Found found;
    find(bytes, &numbers_.front(), &numbers_.back(), found);
    switch (type_) {
    case FieldDescriptor::CPPTYPE_BOOL:
        return found.scalar != 0 ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(static_cast<std::int32_t>(found.scalar));
    case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(static_cast<std::int64_t>(found.scalar));
    case FieldDescriptor::CPPTYPE_STRING:
        return std::string(found.text);
    default:
        return {};
    }
}

} // namespace wheelhouse::api
