#pragma once

#include "engine/api/groups/decisions.h"

#include <QAbstractTableModel>
#include <QString>
#include <QStringList>
#include <vector>

namespace wheelhouse::ui {

/// One attempt of the scheduler as a table: nodes by plug-ins. Rows: the nodes that were ranked, best first,
/// then those a filter refused. Columns: the node, one for each plug-in in the order in which they ran, the
/// total. UI thread only.
class VerdictModel final : public QAbstractTableModel {
    Q_OBJECT
  public:
    /// What a plug-in said of a node.
    enum class Mark : std::uint8_t {
        None,    ///< it was not asked, another one had refused the node
        Passed,  ///< no objection
        Refused, ///< the node is out
        Scored,  ///< ranked, from 0 to 100
        Unknown  ///< nobody wrote it down: one of many nodes
    };
    enum Roles { MarkRole = Qt::UserRole + 1, ShareRole, ChosenRole, FullNameRole };

    explicit VerdictModel(QObject* parent = nullptr);

    void setAttempt(const api::lab::SchedulingAttempt& attempt);
    void clear();
    /// Only plug-ins that refused a node or told nodes apart.
    void setOnlyTelling(bool only);
    bool onlyTelling() const { return onlyTelling_; }
    const api::lab::SchedulingAttempt& attempt() const { return attempt_; }
    /// The row of a node; −1 where there is none.
    int rowOf(const QString& node) const;
    /// Plug-ins shown, by their full names.
    QStringList plugins() const;
    /// Plug-ins left out because they tell nothing.
    int quietPlugins() const { return quiet_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    struct Cell {
        Mark mark = Mark::None;
        qint64 raw = 0;
        qint64 normalised = 0;
        qint64 weight = 0;
        qint64 weighted = 0;
        QString reason;
    };
    struct Row {
        QString node;
        bool feasible = false;
        qint64 total = 0;
        std::vector<Cell> cells; ///< by plug-in
    };
    struct Plugin {
        QString name;
        double filterMicros = 0;
        double scoreMicros = 0;
        qint64 weight = 0;
        bool filters = false;
        bool telling = false;
    };

    void readPlugins();
    void readRows();
    void findTelling();
    std::size_t pluginAt(const QString& name);
    QVariant cellData(const Row& row, const Plugin& plugin, const Cell& cell, int role) const;

    api::lab::SchedulingAttempt attempt_;
    bool onlyTelling_ = false;
    int quiet_ = 0;
    std::vector<Plugin> plugins_;
    std::vector<std::size_t> shown_;
    std::vector<Row> rows_;
};

/// "taint", "fit", "spread": a plug-in's name where there is little room.
QString shortPluginName(const QString& plugin);
/// Why the attempt came out as it did, in a few sentences.
QString whyOf(const api::lab::SchedulingAttempt& attempt);
/// Whom preemption would put away, a sentence a node; empty = nobody.
QStringList victimsOf(const api::lab::SchedulingAttempt& attempt);
/// "0.41 ms".
QString microsText(double micros);

} // namespace wheelhouse::ui
