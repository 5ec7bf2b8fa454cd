#include "ui/models/kubectl.h"

#include <QRegularExpression>

namespace wheelhouse::ui::kubectl {
namespace {

QString inNamespace(const QString& nameSpace) {
    return nameSpace.isEmpty() ? QString() : QStringLiteral(" -n ") + quoted(nameSpace);
}

} // namespace

QString quoted(const QString& word) {
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_./:=@%+,-]+$"));
    if (plain.match(word).hasMatch()) return word;
    QString inner = word;
    inner.replace(u'\'', QStringLiteral("'\\''"));
    return u'\'' + inner + u'\'';
}

QString resourceWord(const api::ResourceName& resource, const QString& singular) {
    const QString word = singular.isEmpty() ? QString::fromStdString(resource.resource) : singular;
    // Well-known groups are unambiguous without their name.
    const bool plain = resource.group.empty() || resource.group == "apps" || resource.group == "batch" ||
                       resource.group.ends_with(".k8s.io") || resource.group == "lab.wheelhouse.dev";
    return plain ? word : word + u'.' + QString::fromStdString(resource.group);
}

QString get(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return QStringLiteral("kubectl get %1 %2").arg(resourceWord, quoted(name)) + inNamespace(nameSpace);
}

QString list(const QString& resourceWord, const QString& nameSpace, bool namespaced) {
    const QString base = QStringLiteral("kubectl get ") + resourceWord;
    if (!namespaced) return base;
    return nameSpace.isEmpty() ? base + QStringLiteral(" -A") : base + inNamespace(nameSpace);
}

QString yaml(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return get(resourceWord, nameSpace, name) + QStringLiteral(" -o yaml");
}

QString remove(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return QStringLiteral("kubectl delete %1 %2").arg(resourceWord, quoted(name)) + inNamespace(nameSpace);
}

QString logs(const QString& nameSpace, const QString& pod, const QString& container, bool follow,
             bool previous) {
    QString command = QStringLiteral("kubectl logs ");
    if (follow) command += QStringLiteral("-f ");
    if (previous) command += QStringLiteral("-p ");
    command += quoted(pod) + inNamespace(nameSpace);
    if (!container.isEmpty()) command += QStringLiteral(" -c ") + quoted(container);
    return command;
}

QString setPower(const QString& machine, const QString& power) {
    return QStringLiteral("kubectl patch machine %1 --type merge -p '{\"spec\":{\"power\":\"%2\"}}'")
        .arg(quoted(machine), power);
}

QString scale(const QString& resourceWord, const QString& nameSpace, const QString& name, int replicas) {
    return QStringLiteral("kubectl scale %1 %2 --replicas=%3").arg(resourceWord, quoted(name)).arg(replicas) +
           inNamespace(nameSpace);
}

QString evict(const QString& nameSpace, const QString& pod) {
    return QStringLiteral(
               "kubectl create --raw /api/v1/namespaces/%1/pods/%2/eviction -f - <<'EOF'\n"
               "{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"%2\"}}\nEOF")
        .arg(nameSpace, pod);
}

QString podsAt(Revision revision) {
    return QStringLiteral("kubectl get --raw '/api/v1/pods?resourceVersion=%1&resourceVersionMatch=Exact'")
        .arg(revision);
}

QString setClock(const QString& fields) {
    return QStringLiteral("kubectl patch clusterclock cluster --type merge -p '{\"spec\":{%1}}'").arg(fields);
}

QString cordon(const QString& node, bool cordoned) {
    return (cordoned ? QStringLiteral("kubectl cordon ") : QStringLiteral("kubectl uncordon ")) +
           quoted(node);
}

QString apply(const QString& file, const QString& text, const QString& nameSpace) {
    if (!file.isEmpty()) return QStringLiteral("kubectl apply -f ") + quoted(file) + inNamespace(nameSpace);
    QString body = text;
    if (!body.endsWith(u'\n')) body += u'\n';
    return QStringLiteral("kubectl apply -f - <<'EOF'\n") + body + QStringLiteral("EOF");
}

} // namespace wheelhouse::ui::kubectl
