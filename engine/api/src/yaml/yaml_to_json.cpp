#include "engine/api/codec.h"
#include "engine/api/yaml.h"
#include "yaml/scalars.h"
#include "json/json_reader.h"
#include "json/json_writer.h"

#include <deque>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <yaml-cpp/anchor.h>
#include <yaml-cpp/emitterstyle.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace wheelhouse::api {
namespace {

/// A document as YAML writes it: aliases are pointers, not copies. `size` is what the node comes to once they
/// are expanded, known before anything is.
struct Node {
    enum class Type { Scalar, Sequence, Map };
    Type type = Type::Scalar;
    bool plain = false; ///< a scalar without quotes and tag
    bool complete = false;
    std::string text;
    int line = 0;                ///< from 0
    std::vector<Node*> children; ///< of a map: key, value, key, value
    std::uint64_t size = 0;
};

struct Refused {
    YAML::Mark mark;
    std::string why;
};

[[noreturn]] void refuse(const YAML::Mark& mark, std::string why) {
    throw Refused{mark, std::move(why)}; // tidy: caught where the parser is run
}

/// Builds the tree of one document from the parser's events.
class Builder final : public YAML::EventHandler {
  public:
    Node* root() const { return root_; }
    /// Where the document begins.
    const YAML::Mark& start() const { return start_; }

    void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node* node = add(mark, anchor, Node::Type::Scalar);
        node->plain = true;
        finish(mark, node);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        Node* node = anchors_[anchor];
        if (node == nullptr || !node->complete) refuse(mark, "an alias inside what it stands for");
        attach(mark, node);
        grow(mark, node->size);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        Node* node = add(mark, anchor, Node::Type::Scalar);
        // The parser's tag for a plain scalar is "?", for a quoted one "!".
        node->plain = tag == "?" || (tag.starts_with("tag:yaml.org,2002:") &&
                                     tag != "tag:yaml.org,2002:str" && tag != "tag:yaml.org,2002:binary");
        node->text = value;
        finish(mark, node);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        push(mark, add(mark, anchor, Node::Type::Sequence));
    }
    void OnSequenceEnd() override { pop(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        push(mark, add(mark, anchor, Node::Type::Map));
    }
    void OnMapEnd() override { pop(); }

  private:
    Node* add(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Type type) {
        Node* node = &nodes_.emplace_back();
        node->type = type;
        node->line = mark.line;
        if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
        attach(mark, node);
        return node;
    }
    void attach(const YAML::Mark& mark, Node* node) {
        if (open_.empty()) {
            root_ = node;
            return;
        }
        Node* parent = open_.back();
        const bool isKey = parent->type == Node::Type::Map && parent->children.size() % 2 == 0;
        if (isKey && node->type != Node::Type::Scalar) refuse(mark, "a key that is a list or a map");
        parent->children.push_back(node);
    }
    void finish(const YAML::Mark& mark, Node* node) {
        node->complete = true;
        node->size = node->text.size() + 4;
        grow(mark, node->size);
    }
    /// `bytes` more in everything that is open: refused before any of it is written out.
    void grow(const YAML::Mark& mark, std::uint64_t bytes) {
        total_ += bytes;
        if (total_ > maxBodyBytes) refuse(mark, "too much once its aliases are expanded");
        if (!open_.empty()) open_.back()->size += bytes;
    }
    void push(const YAML::Mark& mark, Node* node) {
        if (open_.size() >= static_cast<std::size_t>(maxDepth))
            refuse(mark, "nested deeper than " + std::to_string(maxDepth) + " levels");
        open_.push_back(node);
    }
    void pop() {
        Node* node = open_.back();
        open_.pop_back();
        node->complete = true;
        node->size += 2;
        if (!open_.empty()) open_.back()->size += node->size;
    }

    std::deque<Node> nodes_;
    std::unordered_map<YAML::anchor_t, Node*> anchors_;
    std::vector<Node*> open_;
    YAML::Mark start_;
    Node* root_ = nullptr;
    std::uint64_t total_ = 0;
};

std::string keyText(const Node& key) {
    const yaml::Scalar resolved = key.plain ? yaml::resolvePlain(key.text) : yaml::Scalar{};
    return resolved.type == yaml::ScalarType::String ? key.text : resolved.json;
}

class JsonEmitter {
  public:
    std::string take() { return writer_.take(); }

    void value(const Node& node, int depth) {
        if (depth > maxDepth)
            refuse(YAML::Mark::null_mark(), "nested too deep once its aliases are expanded");
        switch (node.type) {
        case Node::Type::Scalar:
            return scalar(node);
        case Node::Type::Sequence:
            writer_.beginArray();
            for (const Node* child : node.children)
                value(*child, depth + 1);
            return writer_.endArray();
        case Node::Type::Map:
            writer_.beginObject();
            map(node, depth);
            return writer_.endObject();
        }
    }

  private:
    static bool isMergeKey(const Node& key) { return key.plain && key.text == "<<"; }

    void scalar(const Node& node) {
        const yaml::Scalar resolved = node.plain ? yaml::resolvePlain(node.text) : yaml::Scalar{};
        if (resolved.type == yaml::ScalarType::String) return writer_.string(node.text);
        writer_.raw(resolved.json);
    }

    void entry(const std::string& key, const Node& child, int depth) {
        writer_.dataKey(key);
        value(child, depth + 1);
    }

    void map(const Node& node, int depth) {
        std::unordered_set<std::string> written;
        bool merges = false;
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const Node& key = *node.children[i];
            merges = merges || isMergeKey(key);
            if (isMergeKey(key)) continue;
            entry(keyText(key), *node.children[i + 1], depth);
        }
        if (!merges) return;
        // Merged entries come after and only where the map has none of its own.
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
            if (!isMergeKey(*node.children[i])) written.insert(keyText(*node.children[i]));
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2)
            if (isMergeKey(*node.children[i])) merge(*node.children[i + 1], written, depth);
    }

    void merge(const Node& source, std::unordered_set<std::string>& written, int depth) {
        if (depth > maxDepth)
            refuse(YAML::Mark::null_mark(), "nested too deep once its aliases are expanded");
        if (source.type == Node::Type::Sequence) {
            for (const Node* child : source.children)
                merge(*child, written, depth + 1);
            return;
        }
        if (source.type != Node::Type::Map) refuse(YAML::Mark::null_mark(), "'<<' merges maps only");
        for (std::size_t i = 0; i + 1 < source.children.size(); i += 2) {
            const Node& key = *source.children[i];
            if (isMergeKey(key)) {
                merge(*source.children[i + 1], written, depth + 1);
                continue;
            }
            const std::string text = keyText(key);
            if (!written.insert(text).second) continue;
            entry(text, *source.children[i + 1], depth);
        }
    }

    JsonWriter writer_;
};

/// What an alias stands for has its duplicates where it is written out.
void findDuplicates(const Node& node, std::set<const Node*>& seen, std::vector<std::string>& found) {
    if (node.type == Node::Type::Scalar || !seen.insert(&node).second) return;
    std::set<std::string> keys;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const Node& child = *node.children[i];
        const bool isKey = node.type == Node::Type::Map && i % 2 == 0;
        if (!isKey)
            findDuplicates(child, seen, found);
        else if (const std::string key = keyText(child); !keys.insert(key).second)
            found.push_back("line " + std::to_string(child.line + 1) + ": key \"" + key +
                            "\" already set in map");
    }
}

tl::unexpected<Status> malformed(const YAML::Mark& mark, const std::string& why) {
    if (mark.is_null()) return fail(Reason::BadRequest, "malformed YAML: " + why);
    return fail(Reason::BadRequest, "malformed YAML at line " + std::to_string(mark.line + 1) + ", column " +
                                        std::to_string(mark.column + 1) + ": " + why);
}

bool isWholeJson(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{') return false;
    JsonReader reader(text, FieldValidation::Ignore);
    return reader.skipValue() && reader.finish();
}

} // namespace

Result<std::vector<std::string>> yamlToJson(std::string_view yaml) {
    if (yaml.size() > maxBodyBytes)
        return fail(Reason::RequestEntityTooLarge,
                    "the text is larger than " + std::to_string(maxBodyBytes) + " bytes");
    if (!isUtf8(yaml)) return fail(Reason::BadRequest, "the text is not valid UTF-8");
    if (isWholeJson(yaml)) return std::vector<std::string>{std::string(yaml)};

    std::vector<std::string> documents;
    std::uint64_t total = 0;
    try {
        std::istringstream stream{std::string(yaml)};
        YAML::Parser parser(stream);
        int last = -1;
        while (true) {
            Builder builder;
            if (!parser.HandleNextDocument(builder)) break;
            // yaml-cpp takes what begins no value, such as a comma, for an empty document and stays
            // there.
            if (builder.start().pos <= last) refuse(builder.start(), "this begins no value");
            last = builder.start().pos;
            const Node* root = builder.root();
            if (root == nullptr) continue;
            const bool empty = root->type == Node::Type::Scalar && root->plain &&
                               yaml::resolvePlain(root->text).type == yaml::ScalarType::Null;
            if (empty) continue;
            total += root->size;
            if (total > 2 * maxBodyBytes)
                return fail(Reason::RequestEntityTooLarge, "too many documents at once");
            JsonEmitter emitter;
            emitter.value(*root, 1);
            documents.push_back(emitter.take());
        }
    } catch (const Refused& refused) {
        return malformed(refused.mark, refused.why);
    } catch (const YAML::Exception& error) {
        return malformed(error.mark, error.msg);
    }
    return documents;
}

std::vector<std::string> duplicateYamlKeys(std::string_view yaml) {
    std::vector<std::string> found;
    if (yaml.size() > maxBodyBytes || !isUtf8(yaml)) return found;
    try {
        std::istringstream stream{std::string(yaml)};
        YAML::Parser parser(stream);
        Builder builder;
        std::set<const Node*> seen;
        if (parser.HandleNextDocument(builder) && builder.root() != nullptr)
            findDuplicates(*builder.root(), seen, found);
    } catch (const Refused&) {
        found.clear();
    } catch (const YAML::Exception&) {
        found.clear();
    }
    return found;
}

} // namespace wheelhouse::api
