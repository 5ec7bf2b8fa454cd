#pragma once

#include "engine/client/cluster.h"
#include "ui/models/frame_pacer.h"
#include "ui/widgets/controls.h"

#include <QStringDecoder>
#include <QWidget>
#include <memory>

class QLineEdit;
class QPlainTextEdit;
class QStackedWidget;

namespace wheelhouse::ui {

/// The log of one container as it is written: follow, previous run, wrap, search. Bounded; what arrives
/// between two frames is shown together. A log that is not there yet is asked for again while it can be seen.
/// UI thread only.
class LogsView final : public QWidget {
    Q_OBJECT
  public:
    static constexpr int mostLines = 10'000;

    /// `Compact` fits a narrow place that says already whose log it is: no title, buttons without words.
    enum class Bar { Full, Compact };

    LogsView(client::Cluster& cluster, Executor& executor, const Theme& theme, QWidget* parent = nullptr,
             Bar bar = Bar::Full);
    ~LogsView() override;

    void open(const QString& nameSpace, const QString& pod, const QStringList& containers);
    void clear();
    QString pod() const { return pod_; }
    QString text() const;
    QLineEdit* searchField() { return search_; }
    int hits() const { return hits_; }
    QString command() const;

  protected:
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

  private:
    void buildBar(Bar bar);
    void restart();
    void stop();
    void take(std::string_view bytes);
    void flush();
    void ended(const Result<void>& result);
    void find(bool forward);
    void markHits();
    void setStatus(const QString& text, Tone tone);

    client::Cluster& cluster_;
    Executor& executor_;
    const Theme& theme_;
    QString nameSpace_;
    QString pod_;
    QStringList containers_;
    QString container_;
    QStackedWidget* stack_;
    EmptyState* empty_;
    QPlainTextEdit* edit_;
    ElidedLabel* title_;
    QLabel* status_;
    QPushButton* containerButton_;
    QPushButton* follow_;
    QPushButton* previous_;
    QPushButton* wrap_;
    QLineEdit* search_;
    QLabel* count_;
    FramePacer pacer_;
    QByteArray buffer_;
    QStringDecoder decoder_{QStringDecoder::Utf8};
    std::unique_ptr<client::Subscription> stream_;
    ScopedTimer again_;
    std::uint64_t generation_ = 0;
    int hits_ = 0;
    bool fresh_ = true; ///< the next bytes replace what is shown
};

} // namespace wheelhouse::ui
