#pragma once

#include "ui/models/frame_pacer.h"
#include "ui/models/live_table_model.h"
#include "ui/models/words.h"

namespace wheelhouse::ui {

/// What happened, newest first: the cluster's Events in plain words and what the user did. Bounded; repeats
/// of one event move up instead of piling up. Columns: time, who, what. UI thread only.
class FeedModel final : public LiveTableModel {
    Q_OBJECT
  public:
    enum FeedRoles { AboutKindRole = Qt::UserRole + 100 };
    static constexpr std::size_t most = 2000;

    explicit FeedModel(std::function<WallTime()> now, QObject* parent = nullptr);
    void event(Change change, const api::ObjectPtr& object);
    /// Something the user did here, with the kubectl command that does the same (may be empty).
    void note(const QString& actor, const QString& text, Tone tone, const QString& command);
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    void flush();
    void put(Key key, const Sentence& sentence, const QString& extra);

    std::function<WallTime()> now_;
    FramePacer pacer_;
    Mailbox<Key, Row> box_;
    std::uint64_t notes_ = 0;
};

} // namespace wheelhouse::ui
