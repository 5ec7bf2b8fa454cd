#include "ui/models/deploy_template.h"

#include "engine/api/codec.h"
#include "engine/api/groups/batch.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

/// The words of this file.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(DeployTemplate)
};

constexpr qsizetype longestName = 52; ///< leaves room for what controllers add to the names of pods

QString indented(const QString& text, int by) {
    const QString pad(by, u' ');
    QString out;
    for (const QString& line : text.split(u'\n', Qt::SkipEmptyParts))
        out += pad + line + u'\n';
    return out;
}

QString placeOf(const DeployPlace& place) {
    QString out;
    if (!place.node.isEmpty())
        out = QStringLiteral("nodeSelector:\n  kubernetes.io/hostname: %1\n").arg(place.node);
    else if (!place.zone.isEmpty())
        out = QStringLiteral("nodeSelector:\n  topology.kubernetes.io/zone: %1\n").arg(place.zone);
    return out + QStringLiteral("tolerations:\n- key: wheelhouse.dev/simulated\n  operator: Exists\n");
}

QString served(const QString& app, const DeployPlace& place) {
    return QStringLiteral("metadata:\n  labels:\n    app: %1\nspec:\n").arg(app) +
           indented(placeOf(place) + QStringLiteral("containers:\n"
                                                    "- name: %1\n"
                                                    "  image: wheelhouse.dev/demo:1\n"
                                                    "  ports:\n"
                                                    "  - containerPort: 8080\n"
                                                    "  resources:\n"
                                                    "    requests:\n"
                                                    "      cpu: 100m\n"
                                                    "      memory: 64Mi\n")
                                         .arg(app),
                    2);
}

QString worked(const QString& app, const DeployPlace& place) {
    return QStringLiteral("metadata:\n  labels:\n    app: %1\nspec:\n").arg(app) +
           indented(QStringLiteral("restartPolicy: OnFailure\n") + placeOf(place) +
                        QStringLiteral("containers:\n"
                                       "- name: %1\n"
                                       "  image: busybox:1.36\n"
                                       "  command: [sh, -c, \"echo begins; sleep 5; echo is done\"]\n"
                                       "  resources:\n"
                                       "    requests:\n"
                                       "      cpu: 50m\n"
                                       "      memory: 32Mi\n")
                            .arg(app),
                    2);
}

QString deployment(const QString& name, int replicas, const DeployPlace& place) {
    return QStringLiteral(
               "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: %1\nspec:\n  replicas: %2\n"
               "  selector:\n    matchLabels:\n      app: %1\n  template:\n")
               .arg(name)
               .arg(replicas) +
           indented(served(name, place), 4);
}

QString statefulSet(const QString& name, int replicas, const DeployPlace& place) {
    return QStringLiteral(
               "apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: %1\nspec:\n  serviceName: %1\n"
               "  replicas: %2\n  selector:\n    matchLabels:\n      app: %1\n  template:\n")
               .arg(name)
               .arg(replicas) +
           indented(served(name, place), 4);
}

QString service(const QString& name, bool headless) {
    return QStringLiteral(
               "apiVersion: v1\nkind: Service\nmetadata:\n  name: %1\nspec:\n%2  selector:\n    app: %1\n"
               "  ports:\n  - port: 80\n    targetPort: 8080\n")
        .arg(name, headless ? QStringLiteral("  clusterIP: None\n") : QString());
}

QString job(const QString& name, int completions, const DeployPlace& place) {
    return QStringLiteral("apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: %1\nspec:\n  completions: %2\n"
                          "  parallelism: 4\n  template:\n")
               .arg(name)
               .arg(completions) +
           indented(worked(name, place), 4);
}

QString cronJob(const QString& name, const DeployPlace& place) {
    return QStringLiteral("apiVersion: batch/v1\nkind: CronJob\nmetadata:\n  name: %1\nspec:\n"
                          "  schedule: \"* * * * *\"\n  jobTemplate:\n    spec:\n      template:\n")
               .arg(name) +
           indented(worked(name, place), 8);
}

template <class Kind>
void addTemplateOf(const google::protobuf::Message& message, std::vector<api::core::PodTemplateSpec>& out) {
    if (const auto* of = dynamic_cast<const Kind*>(&message)) out.push_back(of->spec().template_());
}

void addPods(const google::protobuf::Message& message, std::vector<api::core::PodTemplateSpec>& out) {
    if (const auto* pod = dynamic_cast<const api::core::Pod*>(&message)) {
        api::core::PodTemplateSpec made;
        *made.mutable_metadata() = pod->metadata();
        *made.mutable_spec() = pod->spec();
        out.push_back(std::move(made));
    }
    addTemplateOf<api::apps::Deployment>(message, out);
    addTemplateOf<api::apps::ReplicaSet>(message, out);
    addTemplateOf<api::apps::StatefulSet>(message, out);
    addTemplateOf<api::apps::DaemonSet>(message, out);
    addTemplateOf<api::core::ReplicationController>(message, out);
    addTemplateOf<api::batch::Job>(message, out);
    if (const auto* cron = dynamic_cast<const api::batch::CronJob*>(&message))
        out.push_back(cron->spec().jobtemplate().spec().template_());
}

/// Every document this program has a schema of.
std::vector<api::Decoded> decoded(const QString& manifest) {
    std::vector<api::Decoded> out;
    const auto texts = api::yamlToJson(manifest.toStdString());
    if (!texts) return out;
    for (const std::string& text : *texts)
        if (auto document = api::decodeJson(text, api::FieldValidation::Ignore))
            out.push_back(std::move(*document));
    return out;
}

} // namespace

std::vector<DeployTemplate> deployTemplates() {
    return {{QStringLiteral("web"), Words::tr("Web app"), Words::tr("Deployment and Service"),
             QStringLiteral("deploy"), 0, 3, true},
            {QStringLiteral("web-database"), Words::tr("Web + database"), Words::tr("two workloads"),
             QStringLiteral("database"), 1, 2, true},
            {QStringLiteral("stateful"), Words::tr("Stateful set"), Words::tr("names that stay"),
             QStringLiteral("box"), 2, 3, true},
            {QStringLiteral("job"), Words::tr("Job"), Words::tr("runs to completion"),
             QStringLiteral("check"), 3, 12, true},
            {QStringLiteral("cronjob"), Words::tr("Cron job"), Words::tr("every minute"),
             QStringLiteral("clock"), 5, 1, false}};
}

const DeployTemplate* findTemplate(const QString& id) {
    static const std::vector<DeployTemplate> all = deployTemplates();
    const auto found =
        std::find_if(all.begin(), all.end(), [&id](const auto& each) { return each.id == id; });
    return found == all.end() ? nullptr : &*found;
}

QString freeName(const QString& base, const std::vector<QString>& taken) {
    QString name = base;
    for (int n = 2; std::find(taken.begin(), taken.end(), name) != taken.end(); ++n)
        name = QStringLiteral("%1-%2").arg(base).arg(n);
    return name;
}

QString manifestOf(const QString& id, const QString& name, int replicas, const DeployPlace& place) {
    const QString next = QStringLiteral("---\n");
    if (id == u"web") return deployment(name, replicas, place) + next + service(name, false);
    if (id == u"web-database") {
        const QString database = name + QStringLiteral("-db");
        return deployment(name, replicas, place) + next + service(name, false) + next +
               statefulSet(database, 1, place) + next + service(database, true);
    }
    if (id == u"stateful") return statefulSet(name, replicas, place) + next + service(name, true);
    if (id == u"job") return job(name, replicas, place);
    if (id == u"cronjob") return cronJob(name, place);
    return {};
}

QString problemOfName(const QString& name) {
    static const QRegularExpression good(QStringLiteral("^[a-z]([-a-z0-9]*[a-z0-9])?$"));
    if (name.isEmpty()) return Words::tr("It needs a name.");
    if (name.size() > longestName) return Words::tr("A name has at most %1 characters.").arg(longestName);
    if (!good.match(name).hasMatch())
        return Words::tr("A name is made of a–z, 0–9 and -, and begins with a letter.");
    return {};
}

std::vector<api::core::PodTemplateSpec> podTemplatesOf(const QString& manifest) {
    std::vector<api::core::PodTemplateSpec> out;
    for (const auto& document : decoded(manifest))
        addPods(*document.message, out);
    return out;
}

QStringList objectsOf(const QString& manifest) {
    QStringList out;
    for (const auto& document : decoded(manifest)) {
        const auto object = api::Object::of(*document.message);
        out << QString::fromStdString(object->kind().kind) + u' ' + QString::fromStdString(object->name());
    }
    return out;
}

} // namespace wheelhouse::ui
