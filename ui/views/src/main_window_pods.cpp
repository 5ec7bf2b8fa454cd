// How pods are worked with: their shells and logs, and the keys that act on whatever is selected.
#include "main_window_impl.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QPointer>

namespace wheelhouse::ui {

void MainWindow::Impl::connectPods() {
    connectMarks();
    QObject::connect(drawer, &DetailDrawer::shellRequested, &self,
                     [this](const QString& nameSpace, const QString& pod) { openShell(nameSpace, pod); });
    QObject::connect(drawer, &DetailDrawer::forwardRequested, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         openForward(kind, nameSpace, name);
                     });
    QObject::connect(forwards, &ForwardsView::started, &self,
                     [this](const QString& what, const QString& command) {
                         session.feed().note(MainWindow::tr("You"), MainWindow::tr("forwarded %1.").arg(what),
                                             Tone::Accent, command);
                     });
    QObject::connect(forwards, &ForwardsView::stopped, &self, [this](const QString& what) {
        session.feed().note(MainWindow::tr("You"), MainWindow::tr("stopped forwarding %1.").arg(what),
                            Tone::Muted, {});
    });
    QObject::connect(drawer, &DetailDrawer::logsRequested, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         openLogs(kind, nameSpace, name);
                     });
    QObject::connect(objects, &ObjectsView::rowKey, &self,
                     [this](int key, Qt::KeyboardModifiers modifiers, const QString& kind,
                            const QString& nameSpace, const QString& name,
                            bool* handled) { *handled = rowKey(key, modifiers, kind, nameSpace, name); });
}

/// The editor knows the kinds of the cluster, as soon as they are known.
void MainWindow::Impl::connectEditor() {
    assistant = std::make_unique<YamlAssistant>(session.cluster());
    yaml->assist(*assistant);
    const auto learn = [this] {
        QStringList versions;
        for (const auto& resource : session.resources()) {
            const QString group = QString::fromStdString(resource.name.group);
            versions << (group.isEmpty() ? QString() : group + u'/') +
                            QString::fromStdString(resource.name.version);
        }
        versions.removeDuplicates();
        versions.sort();
        assistant->setApiVersions(versions);
    };
    learn();
    QObject::connect(&session, &ClusterSession::resourcesChanged, &self, learn);
    QObject::connect(yaml, &YamlPane::removalRequested, &self,
                     [this](const QString& kind, const QString& nameSpace, const QString& name) {
                         if (const auto* resource = session.resourceOfKind(kind))
                             actions.remove(*resource, nameSpace, name);
                     });
}

/// The object as it is, to be changed and applied.
void MainWindow::Impl::openEditor(const QString& kind, const QString& nameSpace, const QString& name) {
    const auto* resource = session.resourceOfKind(kind);
    if (resource == nullptr) return;
    session.cluster().yaml(
        resource->name, nameSpace.toStdString(), name.toStdString(),
        [this, alive = QPointer(&self), name](Result<std::string> text) {
            if (!alive) return;
            if (!text)
                return failure->say(
                    MainWindow::tr("%1 cannot be edited: %2").arg(name, errorLine(text.error())));
            self.openManifest(QString::fromStdString(*text), {});
        });
}

void MainWindow::Impl::connectMarks() {
    QObject::connect(objects, &ObjectsView::deleteMarked, &self,
                     [this](const client::ResourceInfo& resource) {
                         for (const RowMarks::Mark& mark : objects->marks().marks())
                             actions.remove(resource, mark.nameSpace, mark.name);
                         objects->marks().clear();
                     });
    QObject::connect(objects, &ObjectsView::cordonMarked, &self,
                     [this](bool cordon) { cordonMarked(cordon); });
    QObject::connect(objects, &ObjectsView::logsOfMarked, &self, [this] { openLogsOfMarked(); });
}

void MainWindow::Impl::cordonMarked(bool cordon) {
    for (const RowMarks::Mark& mark : objects->marks().marks())
        actions.setCordoned(mark.name, cordon);
}

void MainWindow::Impl::openLogsOfMarked() {
    const auto marked = objects->marks().byNamespace();
    if (marked.size() > 1)
        return failure->say(
            MainWindow::tr("Logs are followed in one namespace at a time: mark pods of one."));
    openLogs(QStringLiteral("Pod"), marked.begin()->first, marked.begin()->second.front());
}

/// Where rows are marked, a key that can be about several is about them; true when it was.
bool MainWindow::Impl::markedKey(Deed deed) {
    if (objects->marks().empty()) return false;
    switch (deed) {
    case Deed::Remove:
        objects->markBar()->askDelete();
        return true;
    case Deed::Logs:
    case Deed::PreviousLogs:
        if (objects->kind() != u"Pod") return false;
        logs->setPrevious(deed == Deed::PreviousLogs);
        openLogsOfMarked();
        return true;
    case Deed::Cordon: {
        if (objects->kind() != u"Node") return false;
        const auto marked = objects->marks().marks();
        const MapNode* first = session.map().findNode(marked.front().name);
        cordonMarked(first == nullptr || first->look != NodeLook::Cordoned);
        return true;
    }
    default:
        return false;
    }
}

bool MainWindow::Impl::rowKey(int key, Qt::KeyboardModifiers modifiers, const QString& kind,
                              const QString& nameSpace, const QString& name) {
    const auto deed = keys.deedOf(KeyPlace::Row, key, modifiers);
    if (!deed) return false;
    const bool isPod = kind == u"Pod";
    if (objects->isVisible() && markedKey(*deed)) return true;
    switch (*deed) {
    case Deed::Mark:
        if (objects->isVisible()) objects->toggleMarks();
        return objects->isVisible();
    case Deed::Wide:
        if (objects->isVisible()) objects->setWide(!objects->wide());
        return objects->isVisible();
    case Deed::Remove:
        showObject(kind, nameSpace, name);
        drawer->askDelete();
        return true;
    case Deed::Forward:
        if (!isPod && kind != u"Service") return false;
        openForward(kind, nameSpace, name);
        return true;
    case Deed::Describe:
        showObject(kind, nameSpace, name);
        return true;
    case Deed::Edit:
        openEditor(kind, nameSpace, name);
        return true;
    case Deed::ObjectYaml:
        showObject(kind, nameSpace, name, DetailDrawer::Yaml);
        return true;
    case Deed::Logs:
    case Deed::PreviousLogs:
        logs->setPrevious(*deed == Deed::PreviousLogs);
        return openLogs(kind, nameSpace, name);
    case Deed::Shell:
        if (isPod) openShell(nameSpace, name);
        return isPod;
    case Deed::Cordon:
        if (const MapNode* node = kind == u"Node" ? session.map().findNode(name) : nullptr) {
            actions.setCordoned(name, node->look != NodeLook::Cordoned);
            return true;
        }
        return false;
    case Deed::Drain:
        if (kind != u"Node") return false;
        showNode(name);
        drawer->askDrain(false);
        return true;
    default:
        return false;
    }
}

/// The pod is asked for its containers first, so that a shell opens in one of them whoever wanted it.
void MainWindow::Impl::openShell(const QString& nameSpace, const QString& pod) {
    session.cluster().get(
        {"", "v1", "pods"}, nameSpace.toStdString(), pod.toStdString(),
        [this, alive = QPointer(&self), nameSpace, pod](Result<api::ObjectPtr> found) {
            if (!alive) return;
            if (!found)
                return failure->say(MainWindow::tr("No shell in %1: %2").arg(pod, errorLine(found.error())));
            openDock(Terminal);
            terminals->open(nameSpace, pod, factsOf(**found, session.now()).containers);
            session.feed().note(MainWindow::tr("You"), MainWindow::tr("opened a shell in %1.").arg(pod),
                                Tone::Accent, terminals->command());
        });
}

void MainWindow::Impl::openForward(const QString& kind, const QString& nameSpace, const QString& name) {
    const auto* resource = session.resourceOfKind(kind);
    if (resource == nullptr) return;
    session.cluster().get(
        resource->name, nameSpace.toStdString(), name.toStdString(),
        [this, alive = QPointer(&self), kind, nameSpace, name](Result<api::ObjectPtr> found) {
            if (!alive) return;
            if (!found)
                return failure->say(
                    MainWindow::tr("%1 cannot be forwarded: %2").arg(name, errorLine(found.error())));
            openDock(Forwards);
            forwards->prepare(kind, nameSpace, name, forwardablePortsOf(**found));
        });
}

bool MainWindow::Impl::openLogs(const QString& kind, const QString& nameSpace, const QString& name) {
    const auto* resource = session.resourceOfKind(kind);
    if (kind == u"Pod") {
        const QStringList chosen =
            objects->isVisible() ? objects->chosenInNamespace(nameSpace) : QStringList();
        if (chosen.size() > 1 && chosen.contains(name)) {
            LogTarget target;
            target.nameSpace = nameSpace;
            target.title = MainWindow::tr("%1 pods").arg(chosen.size());
            target.pods = chosen;
            logs->openMany(target);
        } else {
            showObject(kind, nameSpace, name);
            logs->open(nameSpace, name, {});
        }
        openDock(Logs);
        return true;
    }
    if (resource == nullptr || !choosesPods(kind)) return false;
    const QString word =
        kubectl::resourceWord(resource->name, QString::fromStdString(resource->singular)) + u'/' + name;
    session.cluster().get(
        resource->name, nameSpace.toStdString(), name.toStdString(),
        [this, alive = QPointer(&self), nameSpace, word](Result<api::ObjectPtr> found) {
            if (!alive) return;
            const QString selector = found ? podSelectorOf(**found) : QString();
            if (selector.isEmpty())
                return failure->say(
                    MainWindow::tr("No logs of %1: %2")
                        .arg(word, found ? MainWindow::tr("it chooses no pods.") : errorLine(found.error())));
            LogTarget target;
            target.nameSpace = nameSpace;
            target.title = word;
            target.selector = selector;
            openDock(Logs);
            logs->openMany(target);
        });
    return true;
}

} // namespace wheelhouse::ui
