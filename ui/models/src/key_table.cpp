#include "ui/models/key_table.h"

#include <algorithm>

namespace wheelhouse::ui {
namespace {

/// The one key of a sequence as events tell it: Shift counts with letters and keys that write nothing only,
/// as it is what makes a "?" of a "/".
int normal(int combination) {
    const int key = combination & ~static_cast<int>(Qt::KeyboardModifierMask);
    int modifiers = combination & static_cast<int>(Qt::KeyboardModifierMask) & ~int{Qt::KeypadModifier};
    const bool writes = key > Qt::Key_Space && key < Qt::Key_Escape;
    const bool letter = key >= Qt::Key_A && key <= Qt::Key_Z;
    if (writes && !letter) modifiers &= ~int{Qt::ShiftModifier};
    return key | modifiers;
}

int normal(const QKeySequence& sequence) {
    return sequence.isEmpty() ? 0 : normal(sequence[0].toCombined());
}

/// Where the one hides the other: in the same place, and what works everywhere comes before the object
/// selected.
bool meet(KeyPlace a, KeyPlace b) {
    const auto wide = [](KeyPlace place) { return place == KeyPlace::Everywhere || place == KeyPlace::Row; };
    return a == b || (wide(a) && wide(b));
}

struct Maker {
    std::vector<KeyAction> out;
    KeyPlace place = KeyPlace::Everywhere;
    bool fixed = false;
    void add(Deed deed, const char* id, const QString& title, const QStringList& keys = {}) {
        QList<QKeySequence> sequences;
        for (const QString& key : keys)
            sequences << QKeySequence(key, QKeySequence::PortableText);
        out.push_back({deed, place, QString::fromLatin1(id), title, sequences, sequences, fixed});
    }
};

void addPlaces(Maker& make) {
    make.add(Deed::ShowMap, "show.map", KeyTable::tr("Map"), {"Ctrl+1"});
    make.add(Deed::ShowObjects, "show.objects", KeyTable::tr("Objects"), {"Ctrl+2"});
    make.add(Deed::ShowVerdicts, "show.verdicts", KeyTable::tr("Verdicts"), {"Ctrl+3"});
    make.add(Deed::ShowScaling, "show.scaling", KeyTable::tr("Scaling"), {"Ctrl+4"});
    make.add(Deed::ShowFailures, "show.failures", KeyTable::tr("Failures"), {"Ctrl+5"});
    make.add(Deed::ShowAccess, "show.access", KeyTable::tr("Access"), {"Ctrl+6"});
    make.add(Deed::ShowStart, "show.start", KeyTable::tr("Start: this computer, a sample lab, first nodes"),
             {"Ctrl+7"});
}

void addEverywhere(Maker& make) {
    make.add(Deed::Search, "search", KeyTable::tr("Search or run"), {"Ctrl+K", "Ctrl+Shift+P"});
    make.add(Deed::SearchKind, "search.kind", KeyTable::tr("Go to a kind, as :pod shop"), {":"});
    make.add(Deed::GoLast, "go.last", KeyTable::tr("There and back"), {"-"});
    make.add(Deed::GoBack, "go.back", KeyTable::tr("Back in history"), {"["});
    make.add(Deed::GoForward, "go.forward", KeyTable::tr("Forward in history"), {"]"});
    make.add(Deed::Filter, "filter", KeyTable::tr("Filter the table"), {"/"});
    make.add(Deed::Help, "help", KeyTable::tr("Keys and what they do"), {"?", "F1"});
    make.add(Deed::Deploy, "deploy", KeyTable::tr("Deploy a manifest"));
    make.add(Deed::AddNode, "node.add", KeyTable::tr("Add a node"));
    make.add(Deed::Pause, "time.pause", KeyTable::tr("Pause or resume the cluster's time"), {"Ctrl+Space"});
    make.add(Deed::Step, "time.step", KeyTable::tr("Let one step happen"), {"Ctrl+."});
    make.add(Deed::Faster, "time.faster", KeyTable::tr("Time goes faster"), {"Ctrl+]"});
    make.add(Deed::Slower, "time.slower", KeyTable::tr("Time goes slower"), {"Ctrl+["});
    make.add(Deed::OnlyTrouble, "map.trouble", KeyTable::tr("Show only trouble"));
    make.add(Deed::ShowTimeline, "show.timeline", KeyTable::tr("Timeline"), {"Ctrl+T"});
    make.add(Deed::ShowFeed, "show.feed", KeyTable::tr("Feed"));
    make.add(Deed::ShowNext, "show.next", KeyTable::tr("Who acts next"));
    make.add(Deed::ShowLogs, "show.logs", KeyTable::tr("Logs"));
    make.add(Deed::ShowTerminal, "show.terminal", KeyTable::tr("Terminal"));
    make.add(Deed::ShowForwards, "show.forwards", KeyTable::tr("Forwarded ports"));
    make.add(Deed::Appearance, "look.dark", KeyTable::tr("Light or dark"));
}

void addRow(Maker& make) {
    make.place = KeyPlace::Row;
    make.add(Deed::Describe, "row.describe", KeyTable::tr("Details"), {"D"});
    make.add(Deed::ObjectYaml, "row.yaml", KeyTable::tr("Its YAML"), {"Y"});
    make.add(Deed::Edit, "row.edit", KeyTable::tr("Edit"), {"E"});
    make.add(Deed::Logs, "row.logs", KeyTable::tr("Logs"), {"L"});
    make.add(Deed::PreviousLogs, "row.previous", KeyTable::tr("Logs of its previous life"), {"P"});
    make.add(Deed::Shell, "row.shell", KeyTable::tr("Shell in a pod"), {"S"});
    make.add(Deed::Forward, "row.forward", KeyTable::tr("Forward a port"), {"Shift+F"});
    make.add(Deed::Remove, "row.delete", KeyTable::tr("Delete"), {"Ctrl+D", "Del"});
    make.add(Deed::Cordon, "row.cordon", KeyTable::tr("Cordon or uncordon a node"), {"U"});
    make.add(Deed::Drain, "row.drain", KeyTable::tr("Drain a node"), {"R"});
    make.add(Deed::Mark, "row.mark", KeyTable::tr("Mark the row of a table"), {"Space"});
    make.add(Deed::Wide, "row.wide", KeyTable::tr("All of the server's columns"), {"Ctrl+W"});
}

void addMap(Maker& make) {
    make.place = KeyPlace::Map;
    make.add(Deed::MapLeft, "map.left", KeyTable::tr("To what is at the left"), {"Left"});
    make.add(Deed::MapRight, "map.right", KeyTable::tr("To what is at the right"), {"Right"});
    make.add(Deed::MapUp, "map.up", KeyTable::tr("To what is above"), {"Up"});
    make.add(Deed::MapDown, "map.down", KeyTable::tr("To what is below"), {"Down"});
    make.add(Deed::MapInto, "map.into", KeyTable::tr("Into a node, to its pods"), {"Space"});
    make.fixed = true;
    make.add(Deed::MapOpen, "map.open", KeyTable::tr("Details"), {"Return", "Enter"});
    make.add(Deed::MapOut, "map.out", KeyTable::tr("Out again"), {"Esc"});
    make.fixed = false;
}

void addTimeline(Maker& make) {
    make.place = KeyPlace::Timeline;
    make.add(Deed::TapeBack, "tape.back", KeyTable::tr("One step back"), {"Left"});
    make.add(Deed::TapeForward, "tape.forward", KeyTable::tr("One step on"), {"Right"});
    make.add(Deed::TapePlay, "tape.play", KeyTable::tr("Play or stop"), {"Space"});
    make.add(Deed::TapeFaster, "tape.faster", KeyTable::tr("Play faster"), {"+", "="});
    make.add(Deed::TapeSlower, "tape.slower", KeyTable::tr("Play slower"), {"-"});
    make.add(Deed::TapeOldest, "tape.oldest", KeyTable::tr("As far back as there is"), {"Home"});
    make.add(Deed::TapeLive, "tape.live", KeyTable::tr("Back to the present"), {"L", "End", "Esc"});
}

void addEditor(Maker& make) {
    make.place = KeyPlace::Editor;
    make.add(Deed::EditorApply, "editor.apply", KeyTable::tr("Apply the manifest"),
             {"Ctrl+Return", "Ctrl+Enter"});
    make.add(Deed::EditorDryRun, "editor.dry", KeyTable::tr("Try it: a dry run"), {"Ctrl+Shift+Return"});
    make.add(Deed::EditorOffer, "editor.offer", KeyTable::tr("What can be written here"), {"Ctrl+Space"});
}

} // namespace

KeyTable::KeyTable(QObject* parent) : QObject(parent) {
    Maker make;
    addPlaces(make);
    addEverywhere(make);
    addRow(make);
    addMap(make);
    addTimeline(make);
    addEditor(make);
    actions_ = std::move(make.out);
}

KeyAction& KeyTable::at(Deed deed) {
    return *std::find_if(actions_.begin(), actions_.end(),
                         [deed](const KeyAction& each) { return each.deed == deed; });
}

const KeyAction& KeyTable::action(Deed deed) const {
    return const_cast<KeyTable*>(this)->at(deed);
}

std::optional<Deed> KeyTable::deedOf(KeyPlace place, int key, Qt::KeyboardModifiers modifiers) const {
    const int wanted = normal(key | static_cast<int>(modifiers));
    for (const KeyAction& action : actions_) {
        if (action.place != place) continue;
        for (const QKeySequence& sequence : action.keys)
            if (normal(sequence) == wanted) return action.deed;
    }
    return std::nullopt;
}

QString KeyTable::textOf(Deed deed) const {
    const auto& keys = action(deed).keys;
    return keys.isEmpty() ? QString() : keys.front().toString(QKeySequence::NativeText);
}

QString KeyTable::hint(const QString& text, Deed deed) const {
    const QString key = textOf(deed);
    return key.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, key);
}

QKeySequence KeyTable::keyOf(int key, Qt::KeyboardModifiers modifiers) {
    return QKeySequence(normal(key | static_cast<int>(modifiers)));
}

QString KeyTable::placeText(KeyPlace place) {
    switch (place) {
    case KeyPlace::Everywhere:
        return tr("Everywhere");
    case KeyPlace::Row:
        return tr("What is selected");
    case KeyPlace::Map:
        return tr("On the map");
    case KeyPlace::Timeline:
        return tr("On the timeline");
    case KeyPlace::Editor:
        return tr("In the editor");
    }
    return {};
}

QString KeyTable::problemOf(const KeyAction& action, const QKeySequence& key) const {
    if (action.fixed) return tr("“%1” has its keys for good.").arg(action.title);
    if (key.isEmpty()) return {};
    const int wanted = normal(key);
    const int plain = wanted & ~static_cast<int>(Qt::KeyboardModifierMask);
    const QString text = key.toString(QKeySequence::NativeText);
    if (key.count() > 1 || plain == 0 || plain == Qt::Key_unknown) return tr("That is no key.");
    const bool held =
        (wanted & (int{Qt::ControlModifier} | int{Qt::AltModifier} | int{Qt::MetaModifier})) != 0;
    if (action.place == KeyPlace::Editor && !held && plain < Qt::Key_Escape)
        return tr("%1 is written in the editor: hold Ctrl or Alt with it.").arg(text);
    for (const int taken : {Qt::Key_Escape, Qt::Key_Tab, Qt::Key_Backtab, Qt::Key_Return, Qt::Key_Enter})
        if (wanted == taken) return tr("%1 moves through every window and stays as it is.").arg(text);
    for (const KeyAction& other : actions_) {
        if (other.deed == action.deed || !meet(other.place, action.place)) continue;
        for (const QKeySequence& sequence : other.keys)
            if (normal(sequence) == wanted)
                return tr("%1 is taken: “%2” (%3). Give that another key first.")
                    .arg(text, other.title, placeText(other.place));
    }
    return {};
}

QString KeyTable::rebind(Deed deed, const QKeySequence& key) {
    KeyAction& action = at(deed);
    if (const QString problem = problemOf(action, key); !problem.isEmpty()) return problem;
    action.keys = key.isEmpty() ? QList<QKeySequence>() : QList<QKeySequence>{key};
    Q_EMIT changed();
    return {};
}

void KeyTable::standard() {
    for (KeyAction& action : actions_)
        action.keys = action.standard;
    Q_EMIT changed();
}

std::map<QString, QStringList> KeyTable::kept() const {
    std::map<QString, QStringList> out;
    for (const KeyAction& action : actions_) {
        if (action.keys == action.standard) continue;
        QStringList& keys = out[action.id];
        for (const QKeySequence& key : action.keys)
            keys << key.toString(QKeySequence::PortableText);
    }
    return out;
}

void KeyTable::restore(const std::map<QString, QStringList>& kept) {
    // Those that go elsewhere leave first, so that others can have their keys.
    for (KeyAction& action : actions_)
        action.keys = kept.contains(action.id) && !action.fixed ? QList<QKeySequence>() : action.standard;
    for (KeyAction& action : actions_) {
        const auto found = kept.find(action.id);
        if (found == kept.end() || action.fixed) continue;
        for (const QString& text : found->second) {
            const QKeySequence key(text, QKeySequence::PortableText);
            if (!key.isEmpty() && problemOf(action, key).isEmpty()) action.keys << key;
        }
        // Nothing of what was kept is a key: that is no wish to have none.
        if (action.keys.isEmpty() && !found->second.isEmpty())
            for (const QKeySequence& key : action.standard)
                if (problemOf(action, key).isEmpty()) action.keys << key;
    }
    Q_EMIT changed();
}

} // namespace wheelhouse::ui
