#pragma once

#include "ui/models/schema_book.h"
#include "ui/models/yaml_outline.h"

namespace wheelhouse::ui {

/// What could be written at a place.
struct EditSuggestion {
    QString text;    ///< replaces what is typed there
    QString label;   ///< what it is, for people
    QString explain; ///< longer
    bool operator==(const EditSuggestion&) const = default;
};

/// Something the server would not take, or would not know.
struct EditProblem {
    int line = 0; ///< from 0, as columns
    int column = 0;
    int length = 0;
    QString text;
    bool operator==(const EditProblem&) const = default;
};

/// Helps to write manifests by what the server says of its kinds: names of fields, values to choose from,
/// descriptions, and mistakes as they are typed. Where a kind is not known (yet) it says nothing. UI thread
/// only.
class YamlAssistant final : public QObject {
    Q_OBJECT
  public:
    /// Longer texts are not helped with: nobody types every line of them.
    static constexpr qsizetype mostText = 512 * 1024;

    explicit YamlAssistant(client::Cluster& cluster, QObject* parent = nullptr);

    /// The group-versions to choose from.
    void setApiVersions(const QStringList& all);
    /// In the order to offer them: required ones first. Lines and columns count from 0.
    std::vector<EditSuggestion> suggest(const QString& text, int line, int column);
    /// What the key at a place means; empty where there is nothing to say.
    QString explain(const QString& text, int line, int column);
    std::vector<EditProblem> problems(const QString& text);

  Q_SIGNALS:
    /// More is known than before.
    void changed();

  private:
    std::vector<EditSuggestion> values(const YamlPlace& place);

    SchemaBook book_;
};

} // namespace wheelhouse::ui
