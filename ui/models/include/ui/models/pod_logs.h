#pragma once

#include "engine/client/cluster.h"
#include "engine/client/informer.h"
#include "ui/models/frame_pacer.h"

#include <QObject>
#include <QStringList>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace wheelhouse::ui {

/// Whose logs: named pods, or those a selector chooses now and later.
struct LogTarget {
    QString nameSpace;
    QString title;         ///< what a person calls it, e.g. "deployment/web"
    QStringList pods;      ///< where there is no selector
    QString selector;      ///< label selector; empty = `pods`
    QString container;     ///< of a single pod: only this one; empty = all
    int sinceSeconds = 0;  ///< 0 = the newest lines, however old
    bool previous = false; ///< the runs before the last restart; nothing is followed
    bool operator==(const LogTarget&) const = default;
};

/// Whether objects of a kind choose pods by their labels: Deployments, Services and their like.
bool choosesPods(const QString& kind);
/// The label selector of one that does; empty for all others. Pure.
QString podSelectorOf(const api::Object& object);

/// What containers write, merged in the order of time: the pods come and go as the selector has it, a log
/// that cannot be read yet or has ended is asked for again. Bounded in lines and bytes. What arrives between
/// two frames is told together. UI thread only.
class PodLogs final : public QObject {
    Q_OBJECT
  public:
    static constexpr std::size_t mostLines = 10'000;
    static constexpr std::size_t mostBytes = 16 * 1024 * 1024;
    static constexpr qsizetype mostLine = 16 * 1024;
    /// Logs read at the same time; of what there is more, the first by name.
    static constexpr std::size_t mostStreams = 40;

    enum class Level { Plain, Warning, Error };
    struct Line {
        QString source; ///< the pod, and its container where it has several
        int hue = 0;    ///< the source's, in the order they came
        QString time;   ///< RFC 3339 in UTC, with nanoseconds; empty when the node wrote none
        QString text;
        Level level = Level::Plain;
    };

    PodLogs(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);
    ~PodLogs() override;

    void open(const LogTarget& target);
    /// Ends all streams; what was read stays.
    void close();
    void clear();
    const LogTarget& target() const { return target_; }
    bool running() const { return informer_ != nullptr; }
    const std::deque<Line>& lines() const { return lines_; }
    /// Logs that are being read, and how many there would be.
    std::size_t open() const;
    std::size_t wanted() const { return wanted_; }
    /// Every source that has been seen, in the order of hues.
    const QStringList& sources() const { return sources_; }
    /// Why a log cannot be read now; empty when all can.
    QString trouble() const;
    bool ended() const;
    QString command() const;

    static Level levelOf(const QString& text);

  Q_SIGNALS:
    /// `count` lines came after those there were; lines beyond the bound have left at the front.
    void appended(std::size_t count);
    /// Lines came in between.
    void rebuilt();
    void statusChanged();

  private:
    struct Stream;
    using Key = std::pair<QString, QString>; ///< pod, container
    void follow();
    void take(const api::ObjectPtr& object);
    void setContainers(const QString& pod, const QStringList& containers);
    void fill();
    void start(const Key& key);
    void ended(const Key& key, const Result<void>& result);
    void feed(Stream& stream, std::string_view bytes);
    void addLine(Stream& stream, QByteArrayView bytes);
    void flush();
    int hueOf(const QString& source);

    client::Cluster& cluster_;
    Executor& executor_;
    LogTarget target_;
    std::uint64_t generation_ = 0;
    std::map<QString, QStringList> pods_; ///< with the containers to read
    std::set<QString> over_;              ///< pods that write nothing more, once they have been read
    std::map<Key, std::unique_ptr<Stream>> streams_;
    std::unique_ptr<client::Informer> informer_;
    std::size_t wanted_ = 0;
    QStringList sources_;
    std::deque<Line> lines_;
    std::size_t bytes_ = 0;
    std::deque<Line> fresh_; ///< came since the last frame
    std::size_t freshBytes_ = 0;
    FramePacer pacer_;
};

} // namespace wheelhouse::ui
