#include "ui/models/kubectl.h"

#include <QRegularExpression>

namespace wheelhouse::ui::kubectl {
namespace {

QString inNamespace(const QString& nameSpace) {
    return nameSpace.isEmpty() ? QString() : QStringLiteral(" -n ") + quoted(nameSpace);
}

} // namespace

QStringList words(const QString& line) {
    QStringList out;
    QString word;
    bool inside = false; // a word, perhaps an empty one
    QChar quote;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line[i];
        const QChar next = i + 1 < line.size() ? line[i + 1] : QChar();
        if (c == u'\\' && !next.isNull() &&
            (quote.isNull() || (quote == u'"' && QStringView(u"\"\\$`").contains(next)))) {
            word += line[++i];
            inside = true;
        } else if (!quote.isNull() && c == quote) {
            quote = QChar();
        } else if (!quote.isNull()) {
            word += c;
        } else if (c == u'\'' || c == u'"') {
            quote = c;
            inside = true;
        } else if (c.isSpace()) {
            if (inside) out << std::exchange(word, {});
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) out << word;
    return out;
}

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

QString withColumns(const QString& list, bool namespaced, const std::vector<UserColumn>& columns) {
    std::vector<UserColumn> all;
    if (namespaced) all.push_back({QStringLiteral("NAMESPACE"), QStringLiteral(".metadata.namespace")});
    all.push_back({QStringLiteral("NAME"), QStringLiteral(".metadata.name")});
    all.insert(all.end(), columns.begin(), columns.end());
    return list + QStringLiteral(" -o custom-columns=") + quoted(customColumns(all));
}

QString yaml(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return get(resourceWord, nameSpace, name) + QStringLiteral(" -o yaml");
}

QString top(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return QStringLiteral("kubectl top ") + resourceWord + inNamespace(nameSpace) + u' ' + quoted(name);
}

QString remove(const QString& resourceWord, const QString& nameSpace, const QString& name) {
    return QStringLiteral("kubectl delete %1 %2").arg(resourceWord, quoted(name)) + inNamespace(nameSpace);
}

QString removeMany(const QString& resourceWord, const std::map<QString, QStringList>& names) {
    QStringList commands;
    for (const auto& [nameSpace, of] : names) {
        QString command = QStringLiteral("kubectl delete ") + resourceWord + inNamespace(nameSpace);
        for (const QString& name : of)
            command += u' ' + quoted(name);
        commands << command;
    }
    return commands.join(QStringLiteral("; "));
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

QString logsOfMany(const QString& nameSpace, const QString& selector, const QStringList& pods,
                   int sinceSeconds, bool previous) {
    QString options = previous ? QStringLiteral(" -p") : QStringLiteral(" -f");
    options += QStringLiteral(" --prefix --all-containers");
    if (sinceSeconds > 0) options += QStringLiteral(" --since=%1s").arg(sinceSeconds);
    options += inNamespace(nameSpace);
    if (!selector.isEmpty())
        return QStringLiteral("kubectl logs -l ") + quoted(selector) + options +
               QStringLiteral(" --max-log-requests=40");
    QStringList words;
    for (const QString& pod : pods)
        words << quoted(pod);
    // kubectl reads named pods one by one only.
    return QStringLiteral("for p in %1; do kubectl logs $p%2 & done; wait").arg(words.join(u' '), options);
}

QString portForward(const QString& nameSpace, const QString& what, int localPort, int port) {
    return QStringLiteral("kubectl port-forward %1 %2:%3").arg(quoted(what)).arg(localPort).arg(port) +
           inNamespace(nameSpace);
}

QString exec(const QString& nameSpace, const QString& pod, const QString& container,
             const QStringList& command) {
    QString out = QStringLiteral("kubectl exec -it ") + quoted(pod) + inNamespace(nameSpace);
    if (!container.isEmpty()) out += QStringLiteral(" -c ") + quoted(container);
    out += QStringLiteral(" --");
    for (const QString& word : command)
        out += u' ' + quoted(word);
    return out;
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
