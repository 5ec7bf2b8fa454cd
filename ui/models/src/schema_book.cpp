#include "ui/models/schema_book.h"

#include <QPointer>
#include <boost/json.hpp>

namespace wheelhouse::ui {
namespace {

namespace json = boost::json;
constexpr int deepest = 64; ///< references that lead to references

QString text(const json::value* value) {
    return value != nullptr && value->is_string()
               ? QString::fromUtf8(value->get_string().data(),
                                   static_cast<qsizetype>(value->get_string().size()))
               : QString();
}

const json::object* objectIn(const json::object* in, std::string_view key) {
    const json::value* value = in != nullptr ? in->if_contains(key) : nullptr;
    return value != nullptr ? value->if_object() : nullptr;
}

bool isTrue(const json::object& in, std::string_view key) {
    const json::value* value = in.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

} // namespace

struct SchemaBook::Document {
    bool asked = false;
    bool here = false;
    json::object schemas;
    std::map<QString, QString> roots; ///< kind → name of its schema

    void take(const std::string& bytes, const QString& apiVersion);
    /// Behind references, and behind the one thing an `allOf` stands for.
    const json::object* resolve(const json::object* schema, QString* name = nullptr) const;
};

/// A schema with the document it is of; null where anything may stand.
struct SchemaBook::Node {
    const Document* document = nullptr;
    const json::object* schema = nullptr;
};

void SchemaBook::Document::take(const std::string& bytes, const QString& apiVersion) {
    boost::system::error_code error;
    json::value parsed = json::parse(bytes, error);
    if (error || !parsed.is_object()) return;
    const auto* components = objectIn(&parsed.get_object(), "components");
    const auto* all = objectIn(components, "schemas");
    if (all == nullptr) return;
    schemas = *all;
    here = true;
    const QString group = apiVersion.contains(u'/') ? apiVersion.section(u'/', 0, 0) : QString();
    for (const auto& [name, value] : schemas) {
        const json::value* kinds =
            value.is_object() ? value.get_object().if_contains("x-kubernetes-group-version-kind") : nullptr;
        if (kinds == nullptr || !kinds->is_array()) continue;
        for (const json::value& each : kinds->get_array()) {
            const json::object* gvk = each.if_object();
            if (gvk == nullptr || text(gvk->if_contains("group")) != group ||
                text(gvk->if_contains("version")) != apiVersion.section(u'/', -1))
                continue;
            roots[text(gvk->if_contains("kind"))] =
                QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        }
    }
}

const json::object* SchemaBook::Document::resolve(const json::object* schema, QString* name) const {
    for (int i = 0; schema != nullptr && i < deepest; ++i) {
        const json::value* target = schema->if_contains("$ref");
        if (target == nullptr) {
            const json::value* all = schema->if_contains("allOf");
            if (all == nullptr || !all->is_array() || all->get_array().size() != 1) return schema;
            schema = all->get_array().front().if_object();
            continue;
        }
        const QString last = text(target).section(u'/', -1);
        if (name != nullptr) *name = last.section(u'.', -1);
        schema = objectIn(&schemas, last.toStdString());
    }
    return schema;
}

namespace {

/// What a list holds or a map has as values; null for anything else.
const json::object* insideOf(const json::object& schema) {
    if (const auto* items = objectIn(&schema, "items")) return items;
    if (schema.contains("properties")) return nullptr;
    return objectIn(&schema, "additionalProperties");
}

} // namespace

SchemaBook::SchemaBook(client::Cluster& cluster, QObject* parent) : QObject(parent), cluster_(cluster) {}

SchemaBook::~SchemaBook() = default;

SchemaBook::Document* SchemaBook::documentOf(const QString& apiVersion) {
    client::SchemaSource* source = client::schemaSourceOf(cluster_);
    if (!served_.contains(apiVersion) || source == nullptr) return nullptr;
    auto& document = documents_[apiVersion];
    if (!document) document = std::make_unique<Document>();
    if (!std::exchange(document->asked, true))
        source->openApi(apiVersion.toStdString(), [self = QPointer(this), apiVersion](
                                                      Result<std::shared_ptr<const std::string>> answer) {
            if (!self) return;
            Document& waiting = *self->documents_[apiVersion];
            if (answer)
                waiting.take(**answer, apiVersion);
            else if (answer.error().reason != Reason::NotFound)
                waiting.asked = false; // the next look asks again
            if (answer) Q_EMIT self->changed();
        });
    return document->here ? document.get() : nullptr;
}

bool SchemaBook::knows(const QString& apiVersion, const QString& kind) {
    const Document* document = documentOf(apiVersion);
    return document != nullptr && document->roots.contains(kind);
}

QStringList SchemaBook::kindsOf(const QString& apiVersion) {
    QStringList out;
    if (const Document* document = documentOf(apiVersion))
        for (const auto& [kind, name] : document->roots)
            if (!kind.endsWith(u"List") && !kind.endsWith(u"Options") && kind != u"Status") out << kind;
    return out;
}

SchemaBook::Node SchemaBook::nodeAt(const QString& apiVersion, const QString& kind, const QStringList& path) {
    const Document* document = documentOf(apiVersion);
    if (document == nullptr) return {};
    const auto root = document->roots.find(kind);
    if (root == document->roots.end()) return {};
    const json::object* at = document->resolve(objectIn(&document->schemas, root->second.toStdString()));
    // Lists are passed through; of a map, any key leads to its values.
    const auto through = [&](const json::object* schema) {
        while (schema != nullptr && schema->contains("items"))
            schema = document->resolve(insideOf(*schema));
        return schema;
    };
    for (const QString& key : path) {
        if (at == nullptr) return {};
        const auto* properties = objectIn(at, "properties");
        const json::object* next =
            properties != nullptr ? objectIn(properties, key.toStdString()) : insideOf(*at);
        at = through(document->resolve(next));
    }
    return {document, at};
}

std::vector<SchemaField> SchemaBook::fieldsAt(const QString& apiVersion, const QString& kind,
                                              const QStringList& path) {
    const Node node = nodeAt(apiVersion, kind, path);
    const auto* properties = objectIn(node.schema, "properties");
    if (properties == nullptr) return {};
    QStringList required;
    if (const json::value* list = node.schema->if_contains("required"); list != nullptr && list->is_array())
        for (const json::value& each : list->get_array())
            required << text(&each);
    std::vector<SchemaField> out;
    for (const auto& [name, value] : *properties) {
        const json::object* own = value.if_object();
        if (own == nullptr) continue;
        SchemaField field;
        field.name = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        field.required = required.contains(field.name);
        field.description = text(own->if_contains("description"));
        QString typeName;
        const json::object* schema = node.document->resolve(own, &typeName);
        if (schema == nullptr) continue;
        if (field.description.isEmpty()) field.description = text(schema->if_contains("description"));
        field.isList = schema->contains("items");
        const bool isMap = !field.isList && insideOf(*schema) != nullptr;
        const json::object* inner =
            field.isList || isMap ? node.document->resolve(insideOf(*schema), &typeName) : schema;
        field.hasFields = objectIn(inner, "properties") != nullptr;
        if (typeName.isEmpty() && inner != nullptr) typeName = text(inner->if_contains("type"));
        // A choice of forms, such as numbers and texts.
        if (typeName.isEmpty()) typeName = QStringLiteral("any");
        field.type = field.isList ? tr("list of %1").arg(typeName)
                     : isMap      ? tr("map of %1").arg(typeName)
                                  : typeName;
        const json::value* choices = inner != nullptr ? inner->if_contains("enum") : nullptr;
        if (choices != nullptr && choices->is_array())
            for (const json::value& each : choices->get_array())
                if (const QString choice = text(&each); !choice.isEmpty()) field.choices << choice;
        field.choices.sort();
        if (typeName == u"boolean" && !field.isList && !isMap)
            field.choices = {QStringLiteral("true"), QStringLiteral("false")};
        out.push_back(std::move(field));
    }
    return out;
}

std::optional<SchemaField> SchemaBook::fieldAt(const QString& apiVersion, const QString& kind,
                                               const QStringList& parents, const QString& name) {
    for (SchemaField& field : fieldsAt(apiVersion, kind, parents))
        if (field.name == name) return std::move(field);
    return std::nullopt;
}

bool SchemaBook::isClosed(const QString& apiVersion, const QString& kind, const QStringList& path) {
    const Node node = nodeAt(apiVersion, kind, path);
    return node.schema != nullptr && objectIn(node.schema, "properties") != nullptr &&
           !isTrue(*node.schema, "x-kubernetes-preserve-unknown-fields") &&
           !isTrue(*node.schema, "x-kubernetes-embedded-resource");
}

} // namespace wheelhouse::ui
