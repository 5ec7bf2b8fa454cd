#pragma once

#include "ui/models/cluster_session.h"

#include <QAbstractListModel>

namespace wheelhouse::ui {

/// A line typed to get somewhere. With a colon first it names a kind, as in k9s: `:pod shop`, `:pod /regex`,
/// `:pod /!regex`, `:pod app=x`; without one it is searched for among everything.
struct JumpLine {
    bool kind = false;
    QString word;
    QString nameSpace; ///< "*" = all of them; empty = as before
    QString filter;    ///< as LiveTableModel::setFilter takes it
    bool operator==(const JumpLine&) const = default;
};
JumpLine readJump(const QString& text);

/// A place to get to, or a thing to do.
struct JumpEntry {
    enum class What : std::uint8_t { Action, Kind, Namespace, Node, Pod };
    What what = What::Action;
    QString title;
    QString note;
    int action = 0; ///< which one
    QString kind;   ///< "Pod"
    QString nameSpace;
    QString name;
    Uid uid; ///< of a pod
    QString filter;
    bool operator==(const JumpEntry&) const = default;
};

/// What a typed line could mean, best first: the window's actions, the kinds and namespaces of the cluster,
/// its nodes and pods. With nothing typed, where people have been, newest first. UI thread only.
class JumpModel final : public QAbstractListModel {
    Q_OBJECT
  public:
    static constexpr std::size_t most = 40;

    explicit JumpModel(ClusterSession& session, QObject* parent = nullptr);
    /// What can be done; numbered by `action`.
    void setActions(std::vector<JumpEntry> actions);
    void setText(const QString& text);
    /// The entry of a row, with the namespace and filter of the line typed.
    const JumpEntry& entry(int row) const { return rows_[static_cast<std::size_t>(row)]; }
    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    /// Somebody went there.
    void visited(const JumpEntry& entry);
    /// Where they were before (-1) or after (1) that, which becomes where they are; null at the ends.
    const JumpEntry* travel(int step);
    /// Where they were last: going there and back.
    const JumpEntry* last();

  private:
    struct Found {
        int score;
        JumpEntry entry;
    };
    void findKinds(const JumpLine& line, std::vector<Found>& found) const;
    void findAll(const QString& word, std::vector<Found>& found) const;

    ClusterSession& session_;
    std::vector<JumpEntry> actions_;
    std::vector<JumpEntry> rows_;
    std::vector<JumpEntry> history_;
    std::size_t at_ = 0; ///< in the history
    std::size_t before_ = 0;
};

/// How well a word fits a text: 0 = not at all; best when they are the same, then at its start, at the start
/// of a part, inside, and last with its letters in order.
int jumpScore(const QString& word, const QString& text);

} // namespace wheelhouse::ui
