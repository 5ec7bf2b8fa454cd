#include "ui/models/yaml_assistant.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

/// Metadata is the same for all kinds, and so is what stands at the root.
const QStringList firstKeys{QStringLiteral("apiVersion"), QStringLiteral("kind"), QStringLiteral("metadata"),
                            QStringLiteral("spec")};

EditSuggestion keyOf(const SchemaField& field) {
    EditSuggestion out;
    out.text = field.name + u':' + (field.hasFields || field.isList ? QString() : QStringLiteral(" "));
    out.label = field.required ? YamlAssistant::tr("%1, required").arg(field.type) : field.type;
    out.explain = field.description;
    return out;
}

QString unquoted(QString value) {
    if (value.size() >= 2 && (value.front() == u'"' || value.front() == u'\'') &&
        value.back() == value.front())
        return value.sliced(1, value.size() - 2);
    return value;
}

/// A scalar in one word: no alias, no flow style, nothing over several lines.
bool isPlain(const QString& value) {
    return !value.isEmpty() && !QStringLiteral("[{&*!|>").contains(value.front());
}

} // namespace

YamlAssistant::YamlAssistant(client::Cluster& cluster, QObject* parent) : QObject(parent), book_(cluster) {
    connect(&book_, &SchemaBook::changed, this, &YamlAssistant::changed);
}

void YamlAssistant::setApiVersions(const QStringList& all) {
    book_.setApiVersions(all);
    Q_EMIT changed();
}

std::vector<EditSuggestion> YamlAssistant::values(const YamlPlace& place) {
    QStringList choices;
    QString label;
    QString explain;
    if (place.parents.isEmpty() && place.key == u"apiVersion") {
        choices = book_.apiVersions();
    } else if (place.parents.isEmpty() && place.key == u"kind") {
        choices = book_.kindsOf(place.apiVersion);
        label = place.apiVersion;
    } else if (const auto field = book_.fieldAt(place.apiVersion, place.kind, place.parents, place.key)) {
        choices = field->choices;
        explain = field->description;
        label = field->type;
    }
    std::vector<EditSuggestion> out;
    for (const QString& choice : choices)
        if (choice.startsWith(place.typed, Qt::CaseInsensitive) && choice != place.typed)
            out.push_back({choice, label, explain});
    return out;
}

std::vector<EditSuggestion> YamlAssistant::suggest(const QString& text, int line, int column) {
    if (text.size() > mostText) return {};
    const YamlPlace place = yamlPlaceAt(text, line, column);
    if (place.inValue) return values(place);
    std::vector<SchemaField> fields = book_.fieldsAt(place.apiVersion, place.kind, place.parents);
    if (fields.empty() && place.parents.isEmpty()) {
        // A new document begins with these, whatever it will be.
        for (const QString& key : firstKeys)
            fields.push_back(
                {key, QStringLiteral("string"), {}, {}, true, key == u"metadata" || key == u"spec", false});
    }
    std::stable_sort(fields.begin(), fields.end(),
                     [](const SchemaField& a, const SchemaField& b) { return a.required && !b.required; });
    std::vector<EditSuggestion> out;
    for (const SchemaField& field : fields)
        if (!place.present.contains(field.name) && field.name.startsWith(place.typed, Qt::CaseInsensitive) &&
            !(place.parents.isEmpty() && field.name == u"status"))
            out.push_back(keyOf(field));
    return out;
}

QString YamlAssistant::explain(const QString& text, int line, int column) {
    if (text.size() > mostText) return {};
    const std::vector<YamlKey> keys = yamlKeys(text);
    const auto found =
        std::find_if(keys.begin(), keys.end(), [line](const YamlKey& key) { return key.line == line; });
    if (found == keys.end() || column < found->column) return {};
    const auto [apiVersion, kind] = yamlKinds(keys)[static_cast<std::size_t>(found->document)];
    const auto field = book_.fieldAt(apiVersion, kind, found->parents, found->key);
    if (!field) return {};
    QString out =
        QStringLiteral("<b>%1</b> · %2").arg(field->name.toHtmlEscaped(), field->type.toHtmlEscaped());
    if (field->required) out += u' ' + tr("(required)");
    if (!field->description.isEmpty()) out += QStringLiteral("<br>") + field->description.toHtmlEscaped();
    if (!field->choices.isEmpty())
        out += QStringLiteral("<br>") +
               tr("One of: %1").arg(field->choices.join(QStringLiteral(", "))).toHtmlEscaped();
    return out;
}

std::vector<EditProblem> YamlAssistant::problems(const QString& text) {
    std::vector<EditProblem> out;
    if (text.size() > mostText) return out;
    const std::vector<YamlKey> keys = yamlKeys(text);
    const auto kinds = yamlKinds(keys);
    struct Known {
        std::vector<SchemaField> fields;
        bool closed = false;
    };
    std::map<std::pair<int, QStringList>, Known> places;
    for (const YamlKey& key : keys) {
        if (static_cast<std::size_t>(key.document) >= kinds.size()) continue;
        const auto& [apiVersion, kind] = kinds[static_cast<std::size_t>(key.document)];
        if (!book_.knows(apiVersion, kind)) {
            const bool known = !book_.kindsOf(apiVersion).isEmpty();
            if (known && key.parents.isEmpty() && key.key == u"kind" && !kind.isEmpty())
                out.push_back({key.line, key.valueColumn, static_cast<int>(key.value.size()),
                               tr("%1 has no kind %2").arg(apiVersion, kind)});
            continue;
        }
        const auto [at, fresh] = places.try_emplace({key.document, key.parents});
        Known& place = at->second;
        if (fresh)
            place = {book_.fieldsAt(apiVersion, kind, key.parents),
                     book_.isClosed(apiVersion, kind, key.parents)};
        const auto field = std::find_if(place.fields.begin(), place.fields.end(),
                                        [&](const SchemaField& each) { return each.name == key.key; });
        if (field == place.fields.end()) {
            if (place.closed)
                out.push_back({key.line, key.column, static_cast<int>(key.key.size()),
                               tr("no field %1 here").arg(key.key)});
            continue;
        }
        const QString value = unquoted(key.value);
        if (!field->choices.isEmpty() && isPlain(key.value) && !field->choices.contains(value))
            out.push_back({key.line, key.valueColumn, static_cast<int>(key.value.size()),
                           tr("%1 is not one of %2").arg(value, field->choices.join(QStringLiteral(", ")))});
        else if (field->type == u"integer" && isPlain(key.value)) {
            bool number = false;
            key.value.toLongLong(&number);
            if (!number)
                out.push_back({key.line, key.valueColumn, static_cast<int>(key.value.size()),
                               tr("%1 takes a whole number").arg(key.key)});
        }
    }
    return out;
}

} // namespace wheelhouse::ui
