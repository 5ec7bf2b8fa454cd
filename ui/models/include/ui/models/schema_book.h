#pragma once

#include "engine/client/openapi.h"

#include <QObject>
#include <QString>
#include <QStringList>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace wheelhouse::ui {

/// A field as the server describes it.
struct SchemaField {
    QString name;
    QString type; ///< for people: "string", "list of Container", "map of string"
    QString description;
    QStringList choices; ///< all values it may have; empty = any
    bool required = false;
    bool hasFields = false; ///< an object (or a list of them) with fields of its own
    bool isList = false;
};

/// What kinds look like, as a server's OpenAPI v3 documents say. A document is asked for when something of
/// its group is first looked up; `changed` tells that it came. Bounded by what the server serves. UI thread
/// only.
class SchemaBook final : public QObject {
    Q_OBJECT
  public:
    explicit SchemaBook(client::Cluster& cluster, QObject* parent = nullptr);
    ~SchemaBook() override;

    /// The group-versions the server has; of others nothing is asked.
    void setApiVersions(const QStringList& served) { served_ = served; }
    const QStringList& apiVersions() const { return served_; }
    /// Whether the kind is known by now.
    bool knows(const QString& apiVersion, const QString& kind);
    /// The fields of what stands at a path of keys, lists and maps passed through; in the server's order.
    /// Empty where nothing is known, or anything may stand.
    std::vector<SchemaField> fieldsAt(const QString& apiVersion, const QString& kind,
                                      const QStringList& path);
    std::optional<SchemaField> fieldAt(const QString& apiVersion, const QString& kind,
                                       const QStringList& parents, const QString& name);
    /// False where fields the schema does not name are kept: free-form maps, embedded objects.
    bool isClosed(const QString& apiVersion, const QString& kind, const QStringList& path);
    /// The kinds a group-version has, once its document is here.
    QStringList kindsOf(const QString& apiVersion);

  Q_SIGNALS:
    void changed();

  private:
    struct Document;
    struct Node;
    Document* documentOf(const QString& apiVersion);
    Node nodeAt(const QString& apiVersion, const QString& kind, const QStringList& path);

    client::Cluster& cluster_;
    QStringList served_;
    std::map<QString, std::unique_ptr<Document>> documents_; ///< by apiVersion
};

} // namespace wheelhouse::ui
