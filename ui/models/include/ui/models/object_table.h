#pragma once

#include "engine/api/object_path.h"
#include "engine/client/cluster.h"
#include "ui/models/column_choice.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/live_table_model.h"

#include <QObject>
#include <deque>
#include <memory>
#include <set>

namespace wheelhouse::ui {

/// Any kind of a cluster as a live table with the server's own columns. Rows of kinds this program has the
/// schema of are remade here from each watch event; for others the server is asked for its table again, at
/// most twice a second. Lost watches come back with back-off and the rows stay meanwhile. UI thread only.
class ObjectTable final : public QObject {
    Q_OBJECT
  public:
    enum class State { Idle, Loading, Ready, Failed };

    /// `now` is the time by which ages are told.
    ObjectTable(client::Cluster& cluster, Executor& executor, std::function<WallTime()> now,
                QObject* parent = nullptr);
    ~ObjectTable() override;

    /// Shows this kind from now on. Empty `nameSpace` = all.
    void open(const client::ResourceInfo& resource, const QString& nameSpace);
    void close();
    /// Columns after the server's, from now on; a path that is none is left out. They need the objects
    /// themselves: of kinds this program has no schema of they stay empty.
    void setUserColumns(const std::vector<UserColumn>& columns);
    LiveTableModel& model() { return model_; }
    const client::ResourceInfo& resource() const { return resource_; }
    const QString& nameSpace() const { return nameSpace_; }
    State state() const { return state_; }
    QString error() const { return error_; }

  Q_SIGNALS:
    void stateChanged();

  private:
    void fetch();
    void take(const api::Table& table);
    void watchFrom(Revision revision);
    void onEvent(const client::WatchEvent& event);
    void retryLater(const Status& status);
    /// Fills the user's columns of many rows a few at a time.
    void fillLater();
    void setState(State state, QString error = {});
    LiveTableModel::Row rowOf(const api::Table::Row& row, bool own = true) const;
    LiveTableModel::Key keyOf(const api::Table::Row& row) const;

    client::Cluster& cluster_;
    Executor& executor_;
    std::function<WallTime()> now_;
    LiveTableModel model_;
    FramePacer pacer_;
    Mailbox<LiveTableModel::Key, LiveTableModel::Row> box_;
    client::ResourceInfo resource_;
    QString nameSpace_;
    State state_ = State::Idle;
    QString error_;
    std::vector<api::Table::Column> columns_;
    std::vector<std::pair<UserColumn, api::ObjectPath>> own_;
    std::deque<api::Table::Row> unfilled_;
    std::set<LiveTableModel::Key> fresher_; ///< came by the watch while others wait to be filled
    ScopedTimer fill_;
    bool local_ = false; ///< rows can be made here: the server's columns are those of our own schema
    bool namespaceColumn_ = false;
    bool fetching_ = false;
    std::uint64_t generation_ = 0;
    int failures_ = 0;
    std::unique_ptr<client::Subscription> watch_;
    ScopedTimer again_;
};

} // namespace wheelhouse::ui
