#pragma once

#include <QObject>
#include <QStringList>
#include <map>
#include <string>
#include <vector>

namespace wheelhouse::ui {

/// Rows of a table that were marked to be worked with together. They stay marked while one moves on, filters
/// or sorts. UI thread only.
class RowMarks final : public QObject {
    Q_OBJECT
  public:
    struct Mark {
        QString nameSpace;
        QString name;
        bool operator==(const Mark&) const = default;
    };

    using QObject::QObject;
    using Rows = std::map<std::string, Mark>; ///< by the table's keys
    /// Marks rows; when all of them are marked already it takes their marks away.
    void toggle(const Rows& rows);
    bool has(const std::string& key) const { return marks_.contains(key); }
    std::size_t size() const { return marks_.size(); }
    bool empty() const { return marks_.empty(); }
    void clear();
    /// Of all marks only those of these rows stay: the others are gone.
    void keep(const std::vector<std::string>& keys);
    /// By namespace, then name.
    std::vector<Mark> marks() const;
    /// Names by namespace, as commands want them.
    std::map<QString, QStringList> byNamespace() const;

  Q_SIGNALS:
    void changed();

  private:
    Rows marks_;
};

} // namespace wheelhouse::ui
