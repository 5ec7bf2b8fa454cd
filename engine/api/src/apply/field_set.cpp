#include "engine/api/field_set.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace wheelhouse::api::apply {

namespace {

/// JSON text with the escapes of Go's encoder, which also spares HTML.
void appendQuoted(std::string& out, std::string_view text) {
    out.push_back('"');
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out.push_back('\\');
            out.push_back(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\r') {
            out += "\\r";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || c == '<' || c == '>' || c == '&') {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

/// Where a scalar's type stands among the others; integers and floats are compared with each other.
int rankOf(std::size_t alternative) {
    return alternative <= 1 ? 0 : static_cast<int>(alternative) - 1;
}

std::strong_ordering order(double a, double b) {
    if (a < b) return std::strong_ordering::less;
    return a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
}

} // namespace

Scalar::Scalar(double number) {
    constexpr double exact = 9007199254740992.0;
    if (std::trunc(number) == number && std::fabs(number) <= exact)
        value_ = static_cast<std::int64_t>(number);
    else
        value_ = number;
}

std::strong_ordering Scalar::operator<=>(const Scalar& other) const {
    const int mine = rankOf(value_.index());
    const int theirs = rankOf(other.value_.index());
    if (mine != theirs) return mine <=> theirs;
    if (value_.index() == other.value_.index()) {
        if (const auto* integer = std::get_if<std::int64_t>(&value_))
            return *integer <=> std::get<std::int64_t>(other.value_);
        if (const auto* text = std::get_if<std::string>(&value_))
            return *text <=> std::get<std::string>(other.value_);
        if (const auto* flag = std::get_if<bool>(&value_)) return *flag <=> std::get<bool>(other.value_);
    }
    if (mine != 0) return std::strong_ordering::equal;
    const auto number = [](const auto& value) {
        const auto* integer = std::get_if<std::int64_t>(&value);
        return integer != nullptr ? static_cast<double>(*integer) : std::get<double>(value);
    };
    return order(number(value_), number(other.value_));
}

std::string Scalar::toJson() const {
    if (const auto* integer = std::get_if<std::int64_t>(&value_)) return std::to_string(*integer);
    if (const auto* number = std::get_if<double>(&value_)) return fmt::format("{}", *number);
    if (const auto* flag = std::get_if<bool>(&value_)) return *flag ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&value_)) {
        std::string out;
        appendQuoted(out, *text);
        return out;
    }
    return "null";
}

std::string Scalar::toText() const {
    const auto* text = std::get_if<std::string>(&value_);
    return text != nullptr ? fmt::format("\"{}\"", *text) : toJson();
}

PathElement PathElement::key(Key keys) {
    std::sort(keys.begin(), keys.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    return {std::move(keys)};
}

std::string PathElement::serialize() const {
    if (const auto* name = std::get_if<Field>(&step)) return "f:" + *name;
    if (const auto* scalar = std::get_if<Scalar>(&step)) return "v:" + scalar->toJson();
    if (const auto* number = std::get_if<std::int64_t>(&step)) return "i:" + std::to_string(*number);
    std::string out = "k:{";
    for (const auto& [name, value] : std::get<Key>(step)) {
        if (out.size() > 3) out.push_back(',');
        appendQuoted(out, name);
        out.push_back(':');
        out += value.toJson();
    }
    return out + "}";
}

std::string PathElement::toText() const {
    if (const auto* name = std::get_if<Field>(&step)) return "." + *name;
    if (const auto* scalar = std::get_if<Scalar>(&step)) return fmt::format("[={}]", scalar->toText());
    if (const auto* number = std::get_if<std::int64_t>(&step)) return fmt::format("[{}]", *number);
    std::string out = "[";
    for (const auto& [name, value] : std::get<Key>(step)) {
        if (out.size() > 1) out.push_back(',');
        out += name + "=" + value.toText();
    }
    return out + "]";
}

Set Set::ofFields(std::initializer_list<std::string_view> paths) {
    Set out;
    for (std::string_view path : paths) {
        Set branch;
        bool leaf = true;
        while (!path.empty()) {
            const std::size_t dot = path.rfind('.');
            const bool last = dot == std::string_view::npos;
            Set parent;
            parent.add(PathElement::field(std::string(last ? path : path.substr(dot + 1))), leaf,
                       std::move(branch));
            branch = std::move(parent);
            leaf = false;
            path = last ? std::string_view() : path.substr(0, dot);
        }
        out = out.unionWith(branch);
    }
    return out;
}

std::size_t Set::size() const {
    std::size_t count = 0;
    for (const Node& node : nodes_)
        count += (node.member ? 1 : 0) + node.below.size();
    return count;
}

bool Set::operator==(const Set& other) const {
    return std::equal(nodes_.begin(), nodes_.end(), other.nodes_.begin(), other.nodes_.end(),
                      [](const Node& a, const Node& b) {
                          return a.member == b.member && a.element == b.element && a.below == b.below;
                      });
}

void Set::add(PathElement element, bool member, Set below) {
    if (!member && below.empty()) return;
    if (nodes_.empty() || nodes_.back().element < element) {
        nodes_.push_back({std::move(element), member, std::move(below)});
        return;
    }
    const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), element,
                                     [](const Node& node, const PathElement& e) { return node.element < e; });
    if (at->element != element) {
        nodes_.insert(at, {std::move(element), member, std::move(below)});
        return;
    }
    at->member = at->member || member;
    at->below = at->below.empty() ? std::move(below) : at->below.unionWith(below);
}

const Set::Node* Set::find(const PathElement& element) const {
    const auto at = std::lower_bound(nodes_.begin(), nodes_.end(), element,
                                     [](const Node& node, const PathElement& e) { return node.element < e; });
    return at != nodes_.end() && at->element == element ? &*at : nullptr;
}

Set Set::unionWith(const Set& other) const {
    Set out;
    out.nodes_.reserve(std::max(nodes_.size(), other.nodes_.size()));
    auto a = nodes_.begin();
    auto b = other.nodes_.begin();
    while (a != nodes_.end() || b != other.nodes_.end()) {
        if (b == other.nodes_.end() || (a != nodes_.end() && a->element < b->element)) {
            out.nodes_.push_back(*a++);
        } else if (a == nodes_.end() || b->element < a->element) {
            out.nodes_.push_back(*b++);
        } else {
            out.nodes_.push_back({a->element, a->member || b->member, a->below.unionWith(b->below)});
            ++a;
            ++b;
        }
    }
    return out;
}

Set Set::intersection(const Set& other) const {
    Set out;
    for (const Node& node : nodes_) {
        const Node* same = other.find(node.element);
        if (same == nullptr) continue;
        Set below = node.below.intersection(same->below);
        const bool member = node.member && same->member;
        if (member || !below.empty()) out.nodes_.push_back({node.element, member, std::move(below)});
    }
    return out;
}

Set Set::difference(const Set& other) const {
    Set out;
    out.nodes_.reserve(nodes_.size());
    for (const Node& node : nodes_) {
        const Node* same = other.find(node.element);
        if (same == nullptr) {
            out.nodes_.push_back(node);
            continue;
        }
        Set below = same->below.empty() ? node.below : node.below.difference(same->below);
        const bool member = node.member && !same->member;
        if (member || !below.empty()) out.nodes_.push_back({node.element, member, std::move(below)});
    }
    return out;
}

Set Set::recursiveDifference(const Set& other) const {
    Set out;
    out.nodes_.reserve(nodes_.size());
    for (const Node& node : nodes_) {
        const Node* same = other.find(node.element);
        if (same != nullptr && same->member) continue;
        Set below = same == nullptr ? node.below : node.below.recursiveDifference(same->below);
        if (node.member || !below.empty())
            out.nodes_.push_back({node.element, node.member, std::move(below)});
    }
    return out;
}

bool Set::intersects(const Set& other) const {
    return std::any_of(other.nodes_.begin(), other.nodes_.end(), [this](const Node& theirs) {
        const Node* mine = find(theirs.element);
        return mine != nullptr && ((mine->member && theirs.member) || mine->below.intersects(theirs.below));
    });
}

bool Set::contains(const Set& other) const {
    return std::all_of(other.nodes_.begin(), other.nodes_.end(), [this](const Node& theirs) {
        const Node* mine = find(theirs.element);
        return mine != nullptr && (mine->member || !theirs.member) && mine->below.contains(theirs.below);
    });
}

namespace {

void collectTexts(const Set& set, const std::string& prefix, std::vector<std::string>& out) {
    for (const Set::Node& node : set.nodes())
        if (node.member) out.push_back(prefix + node.element.toText());
    for (const Set::Node& node : set.nodes())
        collectTexts(node.below, prefix + node.element.toText(), out);
}

} // namespace

std::vector<std::string> Set::texts() const {
    std::vector<std::string> out;
    collectTexts(*this, "", out);
    return out;
}

} // namespace wheelhouse::api::apply
