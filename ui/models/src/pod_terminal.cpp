#include "ui/models/pod_terminal.h"

#include "ui/models/kubectl.h"

namespace wheelhouse::ui {
namespace {

/// Output that waits for the next frame before the container is asked to wait.
constexpr qsizetype mostBuffered = 256 * 1024;

} // namespace

PodTerminal::PodTerminal(client::Cluster& cluster, QObject* parent) : QObject(parent), cluster_(cluster) {
    connect(&pacer_, &FramePacer::frame, this, &PodTerminal::flush);
    connect(&grid_, &TerminalGrid::typed, this, [this](const QByteArray& bytes) {
        // A program that reads nothing is not waited for: what is typed then, or answered to its own
        // questions, is lost, as with any terminal.
        if (session_ && state_ != State::Ended && !congested_) session_->write(bytes.toStdString());
    });
    connect(&grid_, &TerminalGrid::resized, this, [this](int columns, int rows) {
        if (session_) session_->resize(static_cast<std::uint16_t>(columns), static_cast<std::uint16_t>(rows));
    });
}

PodTerminal::~PodTerminal() = default;

void PodTerminal::open(const Target& target) {
    session_.reset();
    buffer_.clear();
    target_ = target;
    exitCode_.reset();
    error_.reset();
    congested_ = false;
    grid_.reset();
    state_ = State::Opening;
    Q_EMIT changed();
    client::PodSessions* sessions = client::podSessionsOf(cluster_);
    if (sessions == nullptr)
        return ended(fail(Reason::MethodNotAllowed, "this cluster has no streams to its pods"));
    client::ExecOptions options;
    options.container = target.container.toStdString();
    for (const QString& word : target.command)
        options.command.push_back(word.toStdString());
    client::PodSink sink;
    sink.onData = [this](int, std::string_view bytes) { take(bytes); };
    sink.onCongestion = [this](bool congested) { congested_ = congested; };
    sink.onEnd = [this](const Result<int>& result) { ended(result); };
    session_ =
        sessions->exec(target.nameSpace.toStdString(), target.pod.toStdString(), options, std::move(sink));
    session_->resize(static_cast<std::uint16_t>(grid_.columns()), static_cast<std::uint16_t>(grid_.rows()));
}

QString PodTerminal::command() const {
    return kubectl::exec(target_.nameSpace, target_.pod, target_.container, target_.command);
}

void PodTerminal::take(std::string_view bytes) {
    if (state_ == State::Opening) {
        state_ = State::Running;
        Q_EMIT changed();
    }
    buffer_.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    if (buffer_.size() > mostBuffered) session_->hold(true);
    pacer_.request();
}

void PodTerminal::flush() {
    const QByteArray bytes = std::exchange(buffer_, {});
    if (!bytes.isEmpty()) grid_.feed(bytes);
    if (bytes.size() > mostBuffered && session_) session_->hold(false);
}

void PodTerminal::ended(const Result<int>& result) {
    flush();
    state_ = State::Ended;
    if (result)
        exitCode_ = *result;
    else
        error_ = result.error();
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
