#include "ui/models/fault_template.h"

#include "ui/models/deploy_template.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

using About = FaultTemplate::About;
using PlaceKind = FaultPlace::Kind;

/// The words of this file.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(FaultTemplate)
};

constexpr int aMinute = 3; ///< of faultDurations()
constexpr int atOnce = -1; ///< it has no duration
constexpr qsizetype mostNamed = 2;
constexpr qsizetype longestName = 60;

QStringList namesOf(const QString& text) {
    QStringList names;
    for (const QString& name : text.split(u',', Qt::SkipEmptyParts))
        if (!name.trimmed().isEmpty()) names << name.trimmed();
    return names;
}

QString nodesField(const FaultPlace& place, const QString& pad) {
    if (place.kind == PlaceKind::All) return pad + QStringLiteral("selector: {}\n");
    if (place.kind == PlaceKind::Zone)
        return pad + QStringLiteral("zone: \"%1\"\n").arg(place.text.trimmed());
    return pad + QStringLiteral("names: [%1]\n").arg(namesOf(place.text).join(QStringLiteral(", ")));
}

QString linkField(const FaultWish& wish) {
    QString out = QStringLiteral("  link:\n");
    if (wish.other.kind == PlaceKind::ControlPlane)
        out += QStringLiteral("    controlPlane: true\n");
    else
        out += QStringLiteral("    to:\n") + nodesField(wish.other, QStringLiteral("      "));
    if (wish.oneWay) out += QStringLiteral("    oneWay: true\n");
    const char* field = wish.id == u"late"     ? "latencyMilliseconds"
                        : wish.id == u"lossy"  ? "lossPercent"
                        : wish.id == u"narrow" ? "bandwidthKbit"
                                               : nullptr;
    if (field == nullptr) return out + QStringLiteral("    cut: true\n");
    return out + QStringLiteral("    %1: %2\n").arg(QLatin1String(field)).arg(wish.strength);
}

QString killField(const FaultWish& wish) {
    QString out = QStringLiteral("  containerKill:\n    namespace: %1\n").arg(wish.nameSpace);
    const qsizetype equals = wish.pods.indexOf(u'=');
    if (equals < 0) return out + QStringLiteral("    pod: %1\n").arg(wish.pods.trimmed());
    return out + QStringLiteral("    selector:\n      matchLabels:\n        %1: \"%2\"\n    pods: %3\n")
                     .arg(wish.pods.left(equals).trimmed(), wish.pods.mid(equals + 1).trimmed())
                     .arg(wish.strength);
}

QString whatField(const FaultWish& wish) {
    if (wish.id == u"power" || wish.id == u"zone") return QStringLiteral("  nodePower:\n    state: Cut\n");
    if (wish.id == u"freeze") return QStringLiteral("  nodePower:\n    state: Frozen\n");
    if (wish.id == u"cpu") return QStringLiteral("  slowCPU:\n    percent: %1\n").arg(wish.strength);
    if (wish.id == u"disk") return QStringLiteral("  fullDisk: {}\n");
    if (wish.id == u"memory")
        return QStringLiteral("  memoryPressure:\n    percent: %1\n").arg(wish.strength);
    if (wish.id == u"registry") return QStringLiteral("  registryDown: {}\n");
    if (wish.id == u"kill") return killField(wish);
    return linkField(wish);
}

QString askedFor(const api::lab::FaultNodes& nodes) {
    QStringList names;
    for (const std::string& name : nodes.names())
        names << QString::fromStdString(name);
    if (!names.isEmpty()) {
        const qsizetype more = names.size() - mostNamed;
        const QString first = names.mid(0, mostNamed).join(QStringLiteral(", "));
        return more > 0 ? Words::tr("%1 and %2 more").arg(first).arg(more) : first;
    }
    if (!nodes.zone().empty()) return Words::tr("zone %1").arg(QString::fromStdString(nodes.zone()));
    const auto& selector = nodes.selector();
    return selector.matchlabels().empty() && selector.matchexpressions().empty()
               ? Words::tr("all nodes")
               : Words::tr("nodes by label");
}

std::vector<int> percents() {
    return {5, 10, 20, 30, 40, 50, 60, 70, 80, 90};
}

FaultTemplate made(const char* id, const QString& name, const QString& note, const char* icon, About about,
                   std::vector<int> strengths = {}, int strength = 0) {
    return {QString::fromLatin1(id), name,     note,   QString::fromLatin1(icon), about,
            std::move(strengths),    strength, aMinute};
}

std::vector<FaultTemplate> nodeFaults() {
    const About about = About::Nodes;
    return {
        made("power", Words::tr("Power cut"), Words::tr("as if the plug were pulled"), "power", about),
        made("freeze", Words::tr("Freeze"), Words::tr("its processors stand still"), "freeze", about),
        made("cpu", Words::tr("Slow processor"), Words::tr("pods get a part of it"), "cpu", about, percents(),
             2),
        made("memory", Words::tr("Memory taken"), Words::tr("until the node complains"), "memory", about,
             {50, 60, 70, 80, 90, 100}, 5),
        made("disk", Words::tr("Full disk"), Words::tr("no room for images"), "disk", about),
        made("registry", Words::tr("No registry"), Words::tr("images cannot be pulled"), "registry", about)};
}

std::vector<FaultTemplate> linkFaults() {
    const About about = About::Link;
    return {made("cut", Words::tr("Cut link"), Words::tr("nothing gets through"), "scissors", about),
            made("oneway", Words::tr("One-way link"), Words::tr("it speaks, nobody hears"), "oneway", about),
            made("late", Words::tr("Late link"), Words::tr("everything takes longer"), "clock", about,
                 {50, 100, 200, 400, 800, 1500, 3000, 10'000}, 4),
            made("lossy", Words::tr("Lossy link"), Words::tr("a part of it is lost"), "lossy", about,
                 percents(), 2),
            made("narrow", Words::tr("Narrow link"), Words::tr("little gets through"), "narrow", about,
                 {16, 64, 256, 1000, 10'000, 100'000}, 2)};
}

std::vector<FaultTemplate> otherFaults() {
    FaultTemplate kill = made("kill", Words::tr("Kill containers"), Words::tr("as kill -9 would"), "kill",
                              About::Pods, {1, 2, 3, 5, 10, 20});
    kill.duration = atOnce;
    return {kill, made("zone", Words::tr("Zone down"), Words::tr("all its nodes lose power"), "zone",
                       About::Nodes)};
}

} // namespace

std::vector<FaultTemplate> faultTemplates() {
    std::vector<FaultTemplate> all = nodeFaults();
    for (auto more : {linkFaults(), otherFaults()})
        all.insert(all.end(), more.begin(), more.end());
    return all;
}

const FaultTemplate* findFaultTemplate(const QString& id) {
    static const std::vector<FaultTemplate> all = faultTemplates();
    const auto found =
        std::find_if(all.begin(), all.end(), [&id](const auto& each) { return each.id == id; });
    return found == all.end() ? nullptr : &*found;
}

const std::vector<int>& faultDurations() {
    static const std::vector<int> all = {5, 15, 30, 60, 120, 300, 600, 1800, 3600, 0};
    return all;
}

QString durationText(int seconds) {
    if (seconds == 0) return Words::tr("until mended");
    if (seconds < 60) return Words::tr("%1 s").arg(seconds);
    return seconds < 3600 ? Words::tr("%1 min").arg(seconds / 60) : Words::tr("%1 h").arg(seconds / 3600);
}

QString strengthText(const QString& id, int strength) {
    if (id == u"cpu") return Words::tr("%1% left").arg(strength);
    if (id == u"memory") return Words::tr("%1% of what is free").arg(strength);
    if (id == u"late") return Words::tr("%1 ms").arg(strength);
    if (id == u"lossy") return Words::tr("%1% lost").arg(strength);
    if (id == u"narrow") return Words::tr("%1 kbit/s").arg(strength);
    if (id == u"kill") return strength == 1 ? Words::tr("1 pod") : Words::tr("%1 pods").arg(strength);
    return {};
}

FaultWish wishOf(const FaultTemplate& what) {
    FaultWish wish;
    wish.id = what.id;
    wish.oneWay = what.id == u"oneway";
    if (what.id == u"zone") wish.where.kind = PlaceKind::Zone;
    if (!what.strengths.empty()) wish.strength = what.strengths[static_cast<std::size_t>(what.strength)];
    if (what.duration >= 0) wish.seconds = faultDurations()[static_cast<std::size_t>(what.duration)];
    return wish;
}

QString problemOf(const FaultWish& wish) {
    static const QRegularExpression good(QStringLiteral("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"));
    static const QRegularExpression label(QStringLiteral("^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"));
    static const QRegularExpression labelKey(QStringLiteral("^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"));
    const FaultTemplate* what = findFaultTemplate(wish.id);
    if (what == nullptr) return Words::tr("There is no such fault.");
    const auto placed = [](const FaultPlace& place) -> QString {
        if (place.kind == PlaceKind::All || place.kind == PlaceKind::ControlPlane) return {};
        if (place.kind == PlaceKind::Zone) {
            if (place.text.trimmed().isEmpty()) return Words::tr("It needs a zone.");
            return label.match(place.text.trimmed()).hasMatch() ? QString()
                                                                : Words::tr("That is no name of a zone.");
        }
        const QStringList names = namesOf(place.text);
        if (names.isEmpty()) return Words::tr("It needs a node.");
        for (const QString& name : names)
            if (!good.match(name).hasMatch()) return Words::tr("“%1” is no name of a node.").arg(name);
        return {};
    };
    if (what->about == About::Pods) {
        if (wish.nameSpace.isEmpty()) return Words::tr("It needs a namespace.");
        const QString pods = wish.pods.trimmed();
        if (pods.isEmpty()) return Words::tr("It needs a pod, or a label such as app=web.");
        const qsizetype equals = pods.indexOf(u'=');
        const bool fine = equals < 0 ? good.match(pods).hasMatch()
                                     : labelKey.match(pods.left(equals).trimmed()).hasMatch() &&
                                           label.match(pods.mid(equals + 1).trimmed()).hasMatch();
        return fine ? QString() : Words::tr("That is neither a pod nor a label such as app=web.");
    }
    const QString problem = placed(wish.where);
    if (!problem.isEmpty() || what->about != About::Link) return problem;
    if (wish.other == wish.where) return Words::tr("A link has two ends.");
    return placed(wish.other);
}

QString faultName(const FaultWish& wish, const std::vector<QString>& taken) {
    const FaultTemplate* what = findFaultTemplate(wish.id);
    QString about = wish.where.kind == PlaceKind::All ? QStringLiteral("all") : wish.where.text;
    if (what != nullptr && what->about == About::Pods) about = wish.pods;
    static const QRegularExpression others(QStringLiteral("[^a-z0-9]+"));
    QString name = wish.id + u'-' + about.toLower().replace(others, QStringLiteral("-"));
    name.truncate(longestName);
    while (name.endsWith(u'-'))
        name.chop(1);
    return freeName(name, taken);
}

QString faultManifest(const FaultWish& wish, const QString& name) {
    const FaultTemplate* what = findFaultTemplate(wish.id);
    if (what == nullptr) return {};
    QString out =
        QStringLiteral("apiVersion: lab.wheelhouse.dev/v1alpha1\nkind: Fault\nmetadata:\n  name: %1\nspec:\n")
            .arg(name);
    if (what->about != About::Pods)
        out += QStringLiteral("  nodes:\n") + nodesField(wish.where, QStringLiteral("    "));
    out += whatField(wish);
    if (wish.seconds > 0 && what->about != About::Pods)
        out += QStringLiteral("  durationSeconds: %1\n").arg(wish.seconds);
    return out;
}

QString faultText(const api::lab::FaultSpec& spec) {
    if (spec.has_nodepower())
        return spec.nodepower().state() == "Frozen" ? Words::tr("frozen") : Words::tr("power cut");
    if (spec.has_slowcpu()) return Words::tr("%1% of its processors").arg(spec.slowcpu().percent());
    if (spec.has_fulldisk()) return Words::tr("disk full");
    if (spec.has_memorypressure())
        return Words::tr("%1% of free memory taken").arg(spec.memorypressure().percent());
    if (spec.has_registrydown()) return Words::tr("no registry");
    if (spec.has_containerkill()) return Words::tr("containers killed");
    const auto& link = spec.link();
    QStringList parts;
    if (link.cut()) parts << (link.oneway() ? Words::tr("cut one way") : Words::tr("link cut"));
    if (link.latencymilliseconds() > 0) parts << Words::tr("late by %1 ms").arg(link.latencymilliseconds());
    if (link.jittermilliseconds() > 0) parts << Words::tr("± %1 ms").arg(link.jittermilliseconds());
    if (link.losspercent() > 0) parts << Words::tr("loses %1%").arg(link.losspercent());
    if (link.bandwidthkbit() > 0) parts << Words::tr("at most %1 kbit/s").arg(link.bandwidthkbit());
    return parts.join(QStringLiteral(", "));
}

const FaultTemplate* templateOf(const api::lab::FaultSpec& spec) {
    const auto id = [&spec]() -> const char* {
        if (spec.has_nodepower()) return spec.nodepower().state() == "Frozen" ? "freeze" : "power";
        if (spec.has_slowcpu()) return "cpu";
        if (spec.has_fulldisk()) return "disk";
        if (spec.has_memorypressure()) return "memory";
        if (spec.has_registrydown()) return "registry";
        if (spec.has_containerkill()) return "kill";
        if (spec.link().cut()) return spec.link().oneway() ? "oneway" : "cut";
        if (spec.link().latencymilliseconds() > 0 || spec.link().jittermilliseconds() > 0) return "late";
        return spec.link().losspercent() > 0 ? "lossy" : "narrow";
    };
    return findFaultTemplate(QString::fromLatin1(id()));
}

QString faultWhere(const api::lab::Fault& fault) {
    const auto& spec = fault.spec();
    if (spec.has_containerkill()) {
        const auto& kill = spec.containerkill();
        QString pods = QString::fromStdString(kill.pod());
        for (const auto& [key, value] : kill.selector().matchlabels())
            pods += (pods.isEmpty() ? QString() : QStringLiteral(", ")) +
                    QString::fromStdString(key + "=" + value);
        return QString::fromStdString(kill.namespace_()) + u'/' + pods;
    }
    const QString near = askedFor(spec.nodes());
    if (!spec.has_link()) return near;
    const QString far = spec.link().controlplane() ? Words::tr("control plane") : askedFor(spec.link().to());
    return near + (spec.link().oneway() ? QStringLiteral(" → ") : QStringLiteral(" ⇄ ")) + far;
}

} // namespace wheelhouse::ui
