#pragma once

#include "engine/client/cluster.h"
#include "engine/client/informer.h"
#include "ui/models/access_book.h"
#include "ui/models/frame_pacer.h"
#include "ui/models/live_table_model.h"

#include <QObject>
#include <memory>
#include <optional>

namespace wheelhouse::ui {

/// Who may do what in a cluster: everybody its bindings name, the rights of the one who is chosen, and the
/// server's own answer to a question. Follows roles and bindings between start() and stop(); what was known
/// stays. UI thread only.
class AccessModel final : public QObject {
    Q_OBJECT
  public:
    enum SubjectColumn { Who, Kind, Bindings };
    enum RightColumn { Resource, Where, FirstVerb };
    /// What the server said.
    struct Answer {
        bool allowed = false;
        QString why; ///< may be empty; an error where it could not be asked
        bool failed = false;
    };

    AccessModel(client::Cluster& cluster, Executor& executor, QObject* parent = nullptr);
    ~AccessModel() override;

    void start();
    void stop();
    /// Roles and bindings have been read once.
    bool loaded() const;
    /// Why they cannot be read; empty while all is well.
    QString trouble() const { return trouble_; }
    const AccessBook& book() const { return book_; }

    /// Rows are keyed by subject. The cluster's own accounts only where wanted.
    LiveTableModel& subjects() { return subjects_; }
    void setSystemShown(bool shown);
    /// Only those who may do that; nothing = all.
    void setOnly(std::optional<AccessQuestion> question);
    std::optional<AccessSubject> subjectAt(int row) const;
    /// The row of the chosen subject; -1 while it is not listed.
    int chosenRow() const;
    /// Rows come and go by themselves just now: what a view selects meanwhile nobody has chosen.
    bool refreshing() const { return refreshing_; }

    /// What the chosen subject may do: a row for each resource and place, a column for each verb.
    LiveTableModel& rights() { return rights_; }
    void choose(const AccessSubject& subject);
    /// The bindings behind a row of rights.
    std::vector<AccessGrant> grantsAt(int row) const;
    const std::optional<AccessSubject>& chosen() const { return chosen_; }

    /// Asks the server whether the chosen subject may; the answer to the last question counts.
    void ask(const AccessQuestion& question);
    bool asking() const { return asking_; }
    const std::optional<Answer>& answer() const { return answer_; }
    void forgetAnswer();

    /// kubectl's word for the question, or for all rights where there is none.
    static QString command(const AccessSubject& subject, const std::optional<AccessQuestion>& question);
    /// The verbs that have a column.
    static const QStringList& verbs();

  Q_SIGNALS:
    /// Subjects or rights are new.
    void changed();
    void answered();

  private:
    void follow(const api::ResourceName& resource);
    void refresh();
    void refreshRights();
    LiveTableModel::Row subjectRow(const AccessSubject& subject) const;

    client::Cluster& cluster_;
    Executor& executor_;
    AccessBook book_;
    LiveTableModel subjects_;
    LiveTableModel rights_;
    std::vector<AccessSubject> shown_;
    std::map<std::string, std::vector<AccessGrant>> grants_; ///< by key of rights
    std::optional<AccessSubject> chosen_;
    std::optional<AccessQuestion> only_;
    bool systemShown_ = false;
    bool refreshing_ = false;
    QString trouble_;
    bool asking_ = false;
    std::uint64_t asked_ = 0;
    std::optional<Answer> answer_;
    FramePacer pacer_;
    std::vector<std::unique_ptr<client::Informer>> informers_;
};

} // namespace wheelhouse::ui
