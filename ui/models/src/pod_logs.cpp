#include "ui/models/pod_logs.h"

#include "engine/api/types.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QDateTime>
#include <QPointer>
#include <QRegularExpression>
#include <algorithm>
#include <google/protobuf/descriptor.h>

namespace wheelhouse::ui {
namespace {

using namespace std::chrono_literals;
const api::ResourceName podResource{"", "v1", "pods"};
constexpr std::int64_t tailOfAll = 2000;
constexpr std::int64_t leastTail = 50;
constexpr auto retry = 2s;

QString text(const std::string& given) {
    return QString::fromStdString(given);
}

QString selectorText(const api::meta::LabelSelector& selector) {
    QStringList parts;
    for (const auto& [key, value] : selector.matchlabels())
        parts << text(key) + u'=' + text(value);
    parts.sort();
    for (const auto& each : selector.matchexpressions()) {
        const QString key = text(each.key());
        QStringList values;
        for (const std::string& value : each.values())
            values << text(value);
        const QString word = text(each.operator_()).toLower();
        if (word == u"exists")
            parts << key;
        else if (word == u"doesnotexist")
            parts << u'!' + key;
        else
            parts << QStringLiteral("%1 %2 (%3)").arg(key, word, values.join(u','));
    }
    return parts.join(u',');
}

/// A time that sorts as text: in UTC, with nine digits after the point. Empty when it is none.
QString sortable(const QString& given) {
    static const QRegularExpression stamp(
        QStringLiteral(R"(^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$)"));
    const auto match = stamp.match(given);
    if (!match.hasMatch()) return {};
    QString whole = match.captured(1);
    if (match.captured(3) != u"Z")
        whole = QDateTime::fromString(whole + match.captured(3), Qt::ISODate)
                    .toUTC()
                    .toString(QStringLiteral("yyyy-MM-ddTHH:mm:ss"));
    return whole + u'.' + match.captured(2).leftJustified(9, u'0') + u'Z';
}

std::size_t bytesOf(const PodLogs::Line& line) {
    return static_cast<std::size_t>(line.text.size()) * sizeof(QChar);
}

/// Its containers have run for the last time.
bool isOver(const api::core::Pod& pod) {
    return pod.status().phase() == "Succeeded" || pod.status().phase() == "Failed";
}

QStringList containersOf(const api::core::Pod& pod) {
    QStringList out;
    for (const auto& container : pod.spec().containers())
        out << text(container.name());
    return out;
}

} // namespace

/// One container's log. What it has shown is remembered, so that reading it again shows nothing twice.
struct PodLogs::Stream {
    QString source;
    int hue = 0;
    std::unique_ptr<client::Subscription> subscription;
    ScopedTimer again;
    QByteArray partial;
    bool cut = false; ///< the rest of a line that is too long is left out
    QString lastTime;
    QString resumedAfter; ///< lines up to this time have been shown
    QString trouble;
    bool done = false;
};

bool choosesPods(const QString& kind) {
    static const QStringList kinds = {QStringLiteral("Deployment"),  QStringLiteral("ReplicaSet"),
                                      QStringLiteral("StatefulSet"), QStringLiteral("DaemonSet"),
                                      QStringLiteral("Job"),         QStringLiteral("ReplicationController"),
                                      QStringLiteral("Service")};
    return kinds.contains(kind);
}

QString podSelectorOf(const api::Object& object) {
    if (!choosesPods(text(object.kind().kind))) return {};
    const auto message = object.message();
    const auto* spec = message->GetDescriptor()->FindFieldByName("spec");
    if (!spec || spec->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) return {};
    const auto& inner = message->GetReflection()->GetMessage(*message, spec);
    const auto* selector = inner.GetDescriptor()->FindFieldByName("selector");
    if (!selector) return {};
    if (selector->is_map()) {
        QStringList parts;
        for (int i = 0; i < inner.GetReflection()->FieldSize(inner, selector); ++i) {
            const auto& entry = inner.GetReflection()->GetRepeatedMessage(inner, selector, i);
            const auto* type = entry.GetDescriptor();
            const auto value = [&](int field) {
                return text(entry.GetReflection()->GetString(entry, type->FindFieldByNumber(field)));
            };
            parts << value(1) + u'=' + value(2);
        }
        parts.sort();
        return parts.join(u',');
    }
    if (selector->message_type() != api::meta::LabelSelector::descriptor()) return {};
    return selectorText(
        static_cast<const api::meta::LabelSelector&>(inner.GetReflection()->GetMessage(inner, selector)));
}

PodLogs::PodLogs(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor) {
    connect(&pacer_, &FramePacer::frame, this, &PodLogs::flush);
}

PodLogs::~PodLogs() = default;

void PodLogs::open(const LogTarget& target) {
    clear();
    target_ = target;
    if (target_.selector.isEmpty() && target_.pods.isEmpty()) return;
    follow();
    Q_EMIT statusChanged();
}

void PodLogs::close() {
    ++generation_;
    informer_.reset();
    streams_.clear();
    pods_.clear();
    over_.clear();
    wanted_ = 0;
    flush();
}

void PodLogs::clear() {
    close();
    lines_.clear();
    sources_.clear();
    bytes_ = 0;
    Q_EMIT rebuilt();
}

void PodLogs::follow() {
    client::WatchOptions options;
    options.nameSpace = target_.nameSpace.toStdString();
    options.labelSelector = target_.selector.toStdString();
    if (target_.selector.isEmpty() && target_.pods.size() == 1)
        options.fieldSelector = "metadata.name=" + target_.pods.front().toStdString();
    informer_ = std::make_unique<client::Informer>(cluster_, executor_, podResource, options);
    client::Informer::Handler handler;
    handler.onAdd = [this](const api::ObjectPtr& object) { take(object); };
    handler.onUpdate = [this](const api::ObjectPtr&, const api::ObjectPtr& now) { take(now); };
    handler.onDelete = [this](const api::ObjectPtr& last) { setContainers(text(last->name()), {}); };
    informer_->addHandler(std::move(handler));
    informer_->start();
}

void PodLogs::take(const api::ObjectPtr& object) {
    const QString name = text(object->name());
    if (target_.selector.isEmpty() && !target_.pods.contains(name)) return;
    const auto pod = object->as<api::core::Pod>();
    if (isOver(pod)) over_.insert(name);
    QStringList containers = containersOf(pod);
    if (!target_.container.isEmpty()) containers = QStringList{target_.container};
    setContainers(name, containers);
}

void PodLogs::setContainers(const QString& pod, const QStringList& containers) {
    if (pods_.contains(pod) ? pods_[pod] == containers : containers.isEmpty()) return;
    if (containers.isEmpty()) {
        pods_.erase(pod);
        over_.erase(pod);
        // What is on its way from a pod that is gone still comes; the stream ends by itself.
        for (auto& [key, stream] : streams_)
            if (key.first == pod) stream->again.stop();
    } else {
        pods_[pod] = containers;
    }
    fill();
}

/// Starts what is wanted and not there, as far as the bound allows.
void PodLogs::fill() {
    std::erase_if(streams_, [this](const auto& each) {
        return each.second->subscription == nullptr && !pods_.contains(each.first.first);
    });
    wanted_ = 0;
    for (const auto& [pod, containers] : pods_)
        for (const QString& container : containers) {
            ++wanted_;
            const Key key{pod, container};
            if (streams_.contains(key) || streams_.size() >= mostStreams) continue;
            auto& stream = streams_[key];
            stream = std::make_unique<Stream>();
            stream->source = containers.size() > 1 ? pod + u'/' + container : pod;
            stream->hue = hueOf(stream->source);
            start(key);
        }
    Q_EMIT statusChanged();
}

int PodLogs::hueOf(const QString& source) {
    const qsizetype at = sources_.indexOf(source);
    if (at >= 0) return static_cast<int>(at);
    sources_ << source;
    return static_cast<int>(sources_.size() - 1);
}

void PodLogs::start(const Key& key) {
    Stream& stream = *streams_[key];
    client::LogOptions options;
    options.container = key.second.toStdString();
    options.follow = !target_.previous;
    options.previous = target_.previous;
    options.timestamps = true;
    if (!stream.lastTime.isEmpty())
        options.sinceTime = stream.lastTime.toStdString();
    else if (target_.sinceSeconds > 0)
        options.sinceSeconds = target_.sinceSeconds;
    if (stream.lastTime.isEmpty()) {
        const auto share = tailOfAll / static_cast<std::int64_t>(std::max<std::size_t>(1, wanted_));
        options.tailLines =
            target_.sinceSeconds > 0 ? static_cast<std::int64_t>(mostLines) : std::max(leastTail, share);
    }
    stream.resumedAfter = stream.lastTime;
    stream.partial.clear();
    stream.cut = false;
    client::LogSink sink;
    const auto generation = generation_;
    sink.onData = [this, &stream](std::string_view bytes) { feed(stream, bytes); };
    // The subscription may not be destroyed from inside its own callback.
    sink.onEnd = [this, key, generation](Result<void> result) {
        executor_.post([self = QPointer(this), key, generation, result = std::move(result)] {
            if (self && self->generation_ == generation) self->ended(key, result);
        });
    };
    stream.subscription =
        cluster_.logs(target_.nameSpace.toStdString(), key.first.toStdString(), options, std::move(sink));
}

void PodLogs::ended(const Key& key, const Result<void>& result) {
    const auto found = streams_.find(key);
    if (found == streams_.end()) return;
    Stream& stream = *found->second;
    if (!stream.partial.isEmpty()) addLine(stream, std::exchange(stream.partial, {}));
    stream.subscription.reset();
    stream.trouble = result ? QString() : errorLine(result.error());
    stream.done = result.has_value();
    if (!pods_.contains(key.first)) {
        streams_.erase(found);
        fill();
    } else if (!target_.previous && !(stream.done && over_.contains(key.first))) {
        stream.again.start(executor_, retry, [this, key] { start(key); });
    }
    Q_EMIT statusChanged();
}

void PodLogs::feed(Stream& stream, std::string_view bytes) {
    if (!stream.trouble.isEmpty() || stream.done) {
        stream.trouble.clear();
        stream.done = false;
        Q_EMIT statusChanged();
    }
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, end);
        const qsizetype room = std::max<qsizetype>(0, mostLine - stream.partial.size());
        if (!stream.cut)
            stream.partial.append(piece.data(), std::min(room, static_cast<qsizetype>(piece.size())));
        stream.cut = stream.cut || room < static_cast<qsizetype>(piece.size());
        if (end == std::string_view::npos) return;
        addLine(stream, std::exchange(stream.partial, {}));
        stream.cut = false;
        bytes.remove_prefix(end + 1);
    }
}

void PodLogs::addLine(Stream& stream, QByteArrayView bytes) {
    Line line;
    line.source = stream.source;
    line.hue = stream.hue;
    // "2026-11-30T11:02:03.123456789Z text", where the node keeps time.
    const qsizetype space = bytes.indexOf(' ');
    const QString first = QString::fromLatin1(bytes.first(space < 0 ? bytes.size() : space));
    if (first.size() >= 20 && first.size() <= 40) line.time = sortable(first);
    if (!line.time.isEmpty()) {
        bytes = space < 0 ? QByteArrayView() : bytes.sliced(space + 1);
        // Reading again begins with the last whole second.
        if (!stream.resumedAfter.isEmpty() && line.time <= stream.resumedAfter) return;
        stream.lastTime = line.time;
    }
    while (bytes.endsWith('\r'))
        bytes.chop(1);
    line.text = QString::fromUtf8(bytes);
    line.level = levelOf(line.text);
    fresh_.push_back(std::move(line));
    // A flood between two frames is not kept whole either.
    freshBytes_ += bytesOf(fresh_.back());
    while (fresh_.size() > mostLines || freshBytes_ > mostBytes) {
        freshBytes_ -= bytesOf(fresh_.front());
        fresh_.pop_front();
    }
    pacer_.request();
}

void PodLogs::flush() {
    if (fresh_.empty()) return;
    std::deque<Line> fresh = std::exchange(fresh_, {});
    freshBytes_ = 0;
    const auto earlier = [](const Line& a, const Line& b) { return a.time < b.time; };
    // Lines without a time keep the place they came in, so only those that have one are merged.
    const bool timed =
        std::none_of(fresh.begin(), fresh.end(), [](const Line& line) { return line.time.isEmpty(); });
    if (timed) std::stable_sort(fresh.begin(), fresh.end(), earlier);
    const bool after = !timed || lines_.empty() || lines_.back().time <= fresh.front().time;
    const std::size_t count = fresh.size();
    const auto middle = static_cast<std::ptrdiff_t>(lines_.size());
    for (Line& line : fresh) {
        bytes_ += bytesOf(line);
        lines_.push_back(std::move(line));
    }
    if (!after) std::inplace_merge(lines_.begin(), lines_.begin() + middle, lines_.end(), earlier);
    while (lines_.size() > mostLines || (bytes_ > mostBytes && lines_.size() > 1)) {
        bytes_ -= bytesOf(lines_.front());
        lines_.pop_front();
    }
    if (after)
        Q_EMIT appended(std::min(count, lines_.size()));
    else
        Q_EMIT rebuilt();
}

PodLogs::Level PodLogs::levelOf(const QString& text) {
    static const QRegularExpression error(
        QStringLiteral(
            R"(^[EF]\d{4}\s|\b(?:ERROR|FATAL|PANIC|CRITICAL|ERR)\b|\blevel"?[=:]\s*"?(?:error|fatal|panic))"),
        QRegularExpression::NoPatternOption);
    static const QRegularExpression warning(
        QStringLiteral(R"(^W\d{4}\s|\b(?:WARN|WARNING)\b|\blevel"?[=:]\s*"?warn)"));
    const QString head = text.left(200);
    if (error.match(head).hasMatch()) return Level::Error;
    if (warning.match(head).hasMatch()) return Level::Warning;
    return Level::Plain;
}

std::size_t PodLogs::open() const {
    return static_cast<std::size_t>(std::count_if(streams_.begin(), streams_.end(), [](const auto& each) {
        return each.second->subscription != nullptr;
    }));
}

QString PodLogs::trouble() const {
    for (const auto& [key, stream] : streams_)
        if (!stream->trouble.isEmpty())
            return streams_.size() > 1 ? stream->source + QStringLiteral(": ") + stream->trouble
                                       : stream->trouble;
    return {};
}

bool PodLogs::ended() const {
    return !streams_.empty() &&
           std::all_of(streams_.begin(), streams_.end(), [](const auto& each) { return each.second->done; });
}

QString PodLogs::command() const {
    if (target_.selector.isEmpty() && target_.pods.size() == 1)
        return kubectl::logs(target_.nameSpace, target_.pods.front(), target_.container, !target_.previous,
                             target_.previous);
    return kubectl::logsOfMany(target_.nameSpace, target_.selector, target_.pods, target_.sinceSeconds,
                               target_.previous);
}

} // namespace wheelhouse::ui
