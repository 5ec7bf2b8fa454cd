#include "ui/models/words.h"

#include "engine/api/time.h"
#include "engine/api/types.h"

#include <QLocale>
#include <unordered_map>

namespace wheelhouse::ui {
namespace {

QString say(const char* text) {
    return QCoreApplication::translate("wheelhouse::ui", text);
}
QString text(const std::string& s) {
    return QString::fromStdString(s);
}

struct Words {
    const char* actor; ///< %n = the node or host the event comes from
    const char* text;  ///< %o = the object's name, %m = the message, %h = host
    Tone tone;
};

// Marked for translation here, looked up in sentenceOf.
const std::unordered_map<std::string, Words>& wordsByReason() {
    static const std::unordered_map<std::string, Words> words = {
        {"FailedScheduling",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Scheduler"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "found no node for %o: %m"), Tone::Warning}},
        {"Pulling",
         {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "is fetching the image for %o."), Tone::Muted}},
        {"Pulled", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "has the image for %o."), Tone::Muted}},
        {"Created", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "created a container of %o."), Tone::Muted}},
        {"Started", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "started a container of %o."), Tone::Good}},
        {"Killing", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "is stopping %o."), Tone::Deleting}},
        {"BackOff",
         {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "waits before trying %o again: %m"), Tone::Bad}},
        {"Failed", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "could not start %o: %m"), Tone::Bad}},
        {"FailedMount",
         {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "could not mount a volume of %o: %m"), Tone::Bad}},
        {"FailedCreatePodSandBox",
         {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "could not make a sandbox for %o: %m"), Tone::Bad}},
        {"Unhealthy", {"%h", QT_TRANSLATE_NOOP("wheelhouse::ui", "found %o unwell: %m"), Tone::Warning}},
        {"NodeReady",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node %o"), QT_TRANSLATE_NOOP("wheelhouse::ui", "is ready."),
          Tone::Good}},
        {"NodeNotReady",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node lifecycle"),
          QT_TRANSLATE_NOOP("wheelhouse::ui",
                            "marked %o NotReady: no heartbeat. Its pods are replaced unless it returns."),
          Tone::Bad}},
        {"NodeNotSchedulable",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node %o"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "takes no new pods."), Tone::Warning}},
        {"NodeSchedulable",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node %o"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "takes pods again."), Tone::Good}},
        {"RegisteredNode",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node lifecycle"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "welcomed %o to the cluster."), Tone::Accent}},
        {"RemovingNode",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node lifecycle"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "let %o go."), Tone::Deleting}},
        {"TaintManagerEviction",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node lifecycle"),
          QT_TRANSLATE_NOOP("wheelhouse::ui", "evicts %o from a node that does not answer."),
          Tone::Deleting}},
        {"Starting",
         {QT_TRANSLATE_NOOP("wheelhouse::ui", "Node %o"), QT_TRANSLATE_NOOP("wheelhouse::ui", "is starting."),
          Tone::Accent}},
        {"SuccessfulCreate", {QT_TRANSLATE_NOOP("wheelhouse::ui", "%o"), "%m", Tone::Muted}},
        {"SuccessfulDelete", {QT_TRANSLATE_NOOP("wheelhouse::ui", "%o"), "%m", Tone::Deleting}},
        {"ScalingReplicaSet", {QT_TRANSLATE_NOOP("wheelhouse::ui", "%o"), "%m", Tone::Accent}},
    };
    return words;
}

/// "Successfully assigned shop/web-1 to n1" → "n1".
QString assignedNode(const QString& message) {
    const qsizetype to = message.lastIndexOf(QStringLiteral(" to "));
    return to < 0 ? QString() : message.mid(to + 4).trimmed();
}

WallTime timeOf(const api::core::Event& event) {
    if (event.has_series() && event.series().has_lastobservedtime())
        return api::fromTime(event.series().lastobservedtime());
    if (event.has_lasttimestamp() && event.lasttimestamp().seconds() != 0)
        return api::fromTime(event.lasttimestamp());
    if (event.has_eventtime() && event.eventtime().seconds() != 0) return api::fromTime(event.eventtime());
    if (event.has_firsttimestamp() && event.firsttimestamp().seconds() != 0)
        return api::fromTime(event.firsttimestamp());
    return api::fromTime(event.metadata().creationtimestamp());
}

QString componentOf(const api::core::Event& event) {
    const std::string& name =
        event.source().component().empty() ? event.reportingcomponent() : event.source().component();
    if (name.empty()) return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Cluster"));
    QString words = text(name);
    words.replace(u'-', u' ');
    words[0] = words[0].toUpper();
    return words;
}

} // namespace

Sentence sentenceOf(const api::Object& object) {
    const auto event = object.as<api::core::Event>();
    const auto& about = event.involvedobject();
    Sentence result;
    result.when = timeOf(event);
    result.aboutKind = text(about.kind());
    result.aboutNamespace = text(about.namespace_());
    result.aboutName = text(about.name());
    QString message = text(event.message());
    const QString name = result.aboutName;
    const QString host = event.source().host().empty() ? componentOf(event) : text(event.source().host());
    if (event.reason() == "Scheduled") {
        result.actor = say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Scheduler"));
        result.text =
            say(QT_TRANSLATE_NOOP("wheelhouse::ui", "placed %1 on %2.")).arg(name, assignedNode(message));
        result.tone = Tone::Accent;
        return result;
    }
    const auto found = wordsByReason().find(event.reason());
    if (found == wordsByReason().end()) {
        result.actor = componentOf(event);
        result.text =
            message.isEmpty() ? text(event.reason()) + u' ' + name : name + QStringLiteral(": ") + message;
        result.tone = event.type() == "Warning" ? Tone::Warning : Tone::Muted;
        return result;
    }
    const auto fill = [&](const char* pattern) {
        QString filled = say(pattern);
        filled.replace(QStringLiteral("%h"), host).replace(QStringLiteral("%o"), name);
        return filled.replace(QStringLiteral("%m"), message);
    };
    result.actor = fill(found->second.actor);
    result.text = fill(found->second.text);
    result.tone = found->second.tone;
    if (event.count() > 1) result.text += QStringLiteral("  ×%1").arg(event.count());
    return result;
}

QString wordOf(PodLook look) {
    switch (look) {
    case PodLook::Waiting:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Pending"));
    case PodLook::Starting:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Starting"));
    case PodLook::Running:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Running"));
    case PodLook::NotReady:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Not ready"));
    case PodLook::Failing:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Failing"));
    case PodLook::Completed:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Completed"));
    case PodLook::Terminating:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Terminating"));
    }
    return {};
}

Tone toneOf(PodLook look) {
    switch (look) {
    case PodLook::Waiting:
        return Tone::Warning;
    case PodLook::Starting:
        return Tone::Accent;
    case PodLook::Running:
        return Tone::Good;
    case PodLook::NotReady:
        return Tone::Warning;
    case PodLook::Failing:
        return Tone::Bad;
    case PodLook::Completed:
        return Tone::Completed;
    case PodLook::Terminating:
        return Tone::Deleting;
    }
    return Tone::Plain;
}

QString wordOf(NodeLook look) {
    switch (look) {
    case NodeLook::Ready:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Ready"));
    case NodeLook::NotReady:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "NotReady"));
    case NodeLook::Cordoned:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Cordoned"));
    case NodeLook::Booting:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Booting"));
    case NodeLook::Stopped:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Power off"));
    case NodeLook::Frozen:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Frozen"));
    case NodeLook::Failed:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Failed"));
    case NodeLook::Leaving:
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "Leaving"));
    }
    return {};
}

Tone toneOf(NodeLook look) {
    switch (look) {
    case NodeLook::Ready:
        return Tone::Good;
    case NodeLook::NotReady:
    case NodeLook::Failed:
        return Tone::Bad;
    case NodeLook::Cordoned:
        return Tone::Warning;
    case NodeLook::Booting:
        return Tone::Accent;
    case NodeLook::Stopped:
    case NodeLook::Frozen:
        return Tone::Completed;
    case NodeLook::Leaving:
        return Tone::Deleting;
    }
    return Tone::Plain;
}

QString kindOf(const MapNode& node) {
    if (node.provider == u"vm") {
        const QString vm = say(QT_TRANSLATE_NOOP("wheelhouse::ui", "VM"));
        return node.accelerator.isEmpty() ? vm : vm + QStringLiteral(" · ") + node.accelerator;
    }
    if (node.provider == u"simulated") return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "simulated"));
    return node.provider.isEmpty() ? say(QT_TRANSLATE_NOOP("wheelhouse::ui", "node")) : node.provider;
}

QString stepTime(qint64 milliseconds) {
    const QLocale locale;
    if (milliseconds < 10'000)
        return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "%1 s"))
            .arg(locale.toString(static_cast<double>(milliseconds) / 1000.0, 'f', 1));
    const qint64 seconds = milliseconds / 1000;
    if (seconds < 60) return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "%1 s")).arg(seconds);
    return say(QT_TRANSLATE_NOOP("wheelhouse::ui", "%1 min %2 s")).arg(seconds / 60).arg(seconds % 60);
}

QString bytesText(qint64 bytes) {
    return QLocale().formattedDataSize(bytes, bytes < (qint64{1} << 30) ? 0 : 1, QLocale::DataSizeIecFormat);
}

QString cpuText(qint64 milli) {
    if (milli % 1000 == 0) return QString::number(milli / 1000);
    return QStringLiteral("%1m").arg(milli);
}

QString errorLine(const Status& status) {
    const QString message = text(status.message);
    return message.isEmpty() ? text(std::string(reasonName(status.reason))) : message;
}

QString errorDetail(const Status& status) {
    QStringList lines;
    for (const Cause& cause : status.causes)
        lines.push_back(cause.field.empty() ? text(cause.message)
                                            : text(cause.field) + QStringLiteral(": ") + text(cause.message));
    return lines.join(u'\n');
}

} // namespace wheelhouse::ui
