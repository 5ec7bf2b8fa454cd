#pragma once

#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>
#include <QStringList>
#include <map>
#include <optional>
#include <vector>

namespace wheelhouse::ui {

/// Where keys mean something.
enum class KeyPlace : std::uint8_t { Everywhere, Row, Map, Timeline, Editor };

/// Everything that can be done with a key, or by its name.
enum class Deed : std::uint8_t {
    // everywhere
    ShowMap,
    ShowObjects,
    ShowVerdicts,
    ShowScaling,
    ShowFailures,
    ShowAccess,
    ShowStart,
    Search,
    SearchKind,
    GoLast,
    GoBack,
    GoForward,
    Filter,
    Help,
    Deploy,
    AddNode,
    Pause,
    Step,
    Faster,
    Slower,
    OnlyTrouble,
    ShowTimeline,
    ShowFeed,
    ShowNext,
    ShowLogs,
    ShowTerminal,
    ShowForwards,
    Appearance,
    // on the object selected
    Describe,
    ObjectYaml,
    Edit,
    Logs,
    PreviousLogs,
    Shell,
    Forward,
    Remove,
    Cordon,
    Drain,
    Mark,
    Wide,
    // on the map
    MapLeft,
    MapRight,
    MapUp,
    MapDown,
    MapInto,
    MapOpen,
    MapOut,
    // on the timeline
    TapeBack,
    TapeForward,
    TapePlay,
    TapeFaster,
    TapeSlower,
    TapeOldest,
    TapeLive,
    // in the editor of manifests
    EditorApply,
    EditorDryRun,
    EditorOffer,
};

struct KeyAction {
    Deed deed;
    KeyPlace place;
    QString id;    ///< what it is called where keys are kept: "row.logs"
    QString title; ///< what it does
    QList<QKeySequence> standard;
    QList<QKeySequence> keys; ///< at present; none = it is only to be had by its name
    bool fixed = false;       ///< part of what a widget is: it stays
};

/// The one table of actions and their keys: whoever binds keys reads them here, and so does whoever shows
/// them. UI thread only.
class KeyTable final : public QObject {
    Q_OBJECT
  public:
    explicit KeyTable(QObject* parent = nullptr);

    const std::vector<KeyAction>& actions() const { return actions_; }
    const KeyAction& action(Deed deed) const;
    /// What a key does in a place; nothing = nothing there.
    std::optional<Deed> deedOf(KeyPlace place, int key, Qt::KeyboardModifiers modifiers) const;
    /// "Ctrl+K", as this system writes it; the first of several.
    QString textOf(Deed deed) const;
    /// "Search (Ctrl+K)": a text with the key of what it is about, if there is one.
    QString hint(const QString& text, Deed deed) const;
    /// The key of an event as the table writes it.
    static QKeySequence keyOf(int key, Qt::KeyboardModifiers modifiers);
    static QString placeText(KeyPlace place);

    /// Gives the action this one key; an empty one takes its keys away. Answers why not in a sentence, and
    /// changes nothing then.
    QString rebind(Deed deed, const QKeySequence& key);
    /// All keys as they were at first.
    void standard();

    /// Only what differs from the standard, by id.
    std::map<QString, QStringList> kept() const;
    /// Takes in what was kept. What is unknown, cannot be read or would clash is left out.
    void restore(const std::map<QString, QStringList>& kept);

  Q_SIGNALS:
    void changed();

  private:
    QString problemOf(const KeyAction& action, const QKeySequence& key) const;
    KeyAction& at(Deed deed);
    std::vector<KeyAction> actions_;
};

} // namespace wheelhouse::ui
