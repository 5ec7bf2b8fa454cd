#include "ui/models/access_model.h"

#include "engine/api/groups/authorization.h"
#include "engine/api/types.h"
#include "ui/models/kubectl.h"
#include "ui/models/words.h"

#include <QPointer>
#include <algorithm>

namespace wheelhouse::ui {
namespace {

namespace authorization = api::authorization;
const std::string rbacGroup = "rbac.authorization.k8s.io";
const QString tick = QStringLiteral("✓");

/// Nothing in these tables has an age.
WallTime never() {
    return WallTime{};
}

std::string keyOf(const AccessSubject& subject) {
    const char* kinds[] = {"u/", "g/", "s/"};
    return kinds[static_cast<int>(subject.kind)] + subject.text().toStdString();
}

QString kindText(AccessSubject::Kind kind) {
    switch (kind) {
    case AccessSubject::Kind::User:
        return AccessModel::tr("user");
    case AccessSubject::Kind::Group:
        return AccessModel::tr("group");
    case AccessSubject::Kind::ServiceAccount:
        return AccessModel::tr("service account");
    }
    return {};
}

QString resourceText(const AccessRight& right) {
    if (!right.path.isEmpty()) return right.path;
    QString out = right.resource == u"*" ? AccessModel::tr("everything") : right.resource;
    if (right.apiGroup == u"*" && right.resource != u"*") out += QStringLiteral(".*");
    if (!right.apiGroup.isEmpty() && right.apiGroup != u"*") out += u'.' + right.apiGroup;
    if (!right.names.isEmpty()) out += QStringLiteral(" (%1)").arg(right.names.join(QStringLiteral(", ")));
    return out;
}

/// "binding → role (as a member of group)".
QString grantText(const AccessGrant& grant) {
    QString out = QStringLiteral("%1 → %2").arg(grant.text(), grant.roleName);
    if (!grant.through.isEmpty()) out += QStringLiteral(" (%1)").arg(grant.through);
    return out;
}

LiveTableModel::Row rightRow(const AccessRight& right) {
    LiveTableModel::Row row;
    row.name = resourceText(right);
    row.nameSpace = right.nameSpace;
    row.cells = {row.name, right.nameSpace.isEmpty() ? AccessModel::tr("everywhere") : right.nameSpace};
    const auto all = right.verbs.find(QStringLiteral("*"));
    QStringList others;
    QStringList by;
    std::map<QString, QStringList> told;
    for (const auto& [verb, grants] : right.verbs) {
        if (verb != u"*" && !AccessModel::verbs().contains(verb)) others << verb;
        for (const AccessGrant& grant : grants) {
            if (!by.contains(grant.text())) by << grant.text();
            told[grantText(grant)] << (verb == u"*" ? AccessModel::tr("every verb") : verb);
        }
    }
    if (all != right.verbs.end()) others.prepend(QStringLiteral("*"));
    for (const QString& verb : AccessModel::verbs())
        row.cells.push_back(all != right.verbs.end() || right.verbs.contains(verb) ? tick : QString());
    row.cells.push_back(others.join(QStringLiteral(", ")));
    row.cells.push_back(by.join(QStringLiteral(", ")));
    row.numbers.resize(row.cells.size());
    for (const auto& [grant, of] : told)
        row.extra += (row.extra.isEmpty() ? QString() : QStringLiteral("\n")) + grant + QStringLiteral(": ") +
                     of.join(QStringLiteral(", "));
    row.tone = all != right.verbs.end() ? Tone::Warning : Tone::Plain;
    return row;
}

} // namespace

const QStringList& AccessModel::verbs() {
    static const QStringList all{QStringLiteral("get"),    QStringLiteral("list"),   QStringLiteral("watch"),
                                 QStringLiteral("create"), QStringLiteral("update"), QStringLiteral("patch"),
                                 QStringLiteral("delete")};
    return all;
}

AccessModel::AccessModel(client::Cluster& cluster, Executor& executor, QObject* parent)
    : QObject(parent), cluster_(cluster), executor_(executor), subjects_(never), rights_(never) {
    subjects_.reset(
        {{tr("Who"), {}}, {tr("Kind"), {}}, {tr("Bindings"), {}, LiveTableModel::ColumnType::Number}}, {});
    connect(&pacer_, &FramePacer::frame, this, &AccessModel::refresh);
    refreshRights();
}

AccessModel::~AccessModel() = default;

void AccessModel::start() {
    if (!informers_.empty()) return;
    // What was deleted while nobody looked is not told any more.
    book_ = {};
    for (const char* resource : {"clusterroles", "clusterrolebindings", "roles", "rolebindings"})
        follow({rbacGroup, "v1", resource});
    // An informer goes on trying and says nothing; why it cannot read is found by asking once.
    client::ListOptions one;
    one.limit = 1;
    cluster_.list({rbacGroup, "v1", "clusterrolebindings"}, one,
                  [self = QPointer(this)](Result<client::ObjectList> list) {
                      if (!self) return;
                      self->trouble_ = list ? QString() : errorLine(list.error());
                      Q_EMIT self->changed();
                  });
}

void AccessModel::stop() {
    informers_.clear();
}

bool AccessModel::loaded() const {
    return !informers_.empty() &&
           std::all_of(informers_.begin(), informers_.end(), [](const auto& each) { return each->synced(); });
}

void AccessModel::follow(const api::ResourceName& resource) {
    auto informer = std::make_unique<client::Informer>(cluster_, executor_, resource);
    const auto put = [this](const api::ObjectPtr& object) {
        book_.put(*object);
        pacer_.request();
    };
    informer->addHandler({put, [put](const api::ObjectPtr&, const api::ObjectPtr& now) { put(now); },
                          [this](const api::ObjectPtr& last) {
                              book_.drop(*last);
                              pacer_.request();
                          }});
    informer->start();
    informers_.push_back(std::move(informer));
}

void AccessModel::setSystemShown(bool shown) {
    systemShown_ = shown;
    refresh();
}

void AccessModel::setOnly(std::optional<AccessQuestion> question) {
    only_ = std::move(question);
    refresh();
}

LiveTableModel::Row AccessModel::subjectRow(const AccessSubject& subject) const {
    LiveTableModel::Row row;
    const auto grants = book_.grantsOf(subject);
    const auto own = std::count_if(grants.begin(), grants.end(),
                                   [](const AccessGrant& grant) { return grant.through.isEmpty(); });
    row.name = subject.text();
    row.nameSpace = subject.nameSpace;
    row.cells = {subject.text(), kindText(subject.kind), QString::number(own)};
    row.numbers = {0, 0, own};
    row.tone = subject.isSystem() ? Tone::Muted : Tone::Plain;
    return row;
}

void AccessModel::refresh() {
    std::vector<LiveTableModel::Delta> deltas;
    std::vector<AccessSubject> now;
    for (const AccessSubject& subject : book_.subjects()) {
        if (only_ ? book_.allows(subject, *only_).empty() : !systemShown_ && subject.isSystem()) continue;
        deltas.push_back({Change::Added, keyOf(subject), subjectRow(subject)});
        now.push_back(subject);
    }
    for (const AccessSubject& before : shown_)
        if (std::find(now.begin(), now.end(), before) == now.end())
            deltas.push_back({Change::Removed, keyOf(before), {}});
    shown_ = std::move(now);
    refreshing_ = true;
    subjects_.apply(std::move(deltas));
    refreshing_ = false;
    refreshRights();
    Q_EMIT changed();
}

std::optional<AccessSubject> AccessModel::subjectAt(int row) const {
    if (row < 0 || row >= subjects_.rowCount()) return std::nullopt;
    const auto found = std::find_if(shown_.begin(), shown_.end(), [&](const AccessSubject& each) {
        return keyOf(each) == subjects_.key(row);
    });
    return found == shown_.end() ? std::nullopt : std::optional(*found);
}

int AccessModel::chosenRow() const {
    for (int row = 0; chosen_ && row < subjects_.rowCount(); ++row)
        if (subjects_.key(row) == keyOf(*chosen_)) return row;
    return -1;
}

void AccessModel::choose(const AccessSubject& subject) {
    if (chosen_ == subject) return;
    chosen_ = subject;
    forgetAnswer();
    refreshRights();
    Q_EMIT changed();
}

void AccessModel::refreshRights() {
    if (rights_.columns().empty()) {
        std::vector<LiveTableModel::Column> columns{{tr("Resource"), {}}, {tr("Where"), {}}};
        for (const QString& verb : verbs())
            columns.push_back({verb, {}});
        columns.push_back({tr("other"), tr("Verbs without a column of their own; * is every verb")});
        columns.push_back({tr("By"), tr("The bindings that give these rights")});
        rights_.reset(std::move(columns), {});
    }
    std::vector<LiveTableModel::Delta> deltas;
    std::set<std::string> keys;
    grants_.clear();
    if (chosen_)
        for (const AccessRight& right : book_.rightsOf(*chosen_)) {
            LiveTableModel::Row row = rightRow(right);
            std::string key = (row.nameSpace + u'|' + row.name).toStdString();
            keys.insert(key);
            for (const auto& [verb, by] : right.verbs)
                grants_[key].insert(grants_[key].end(), by.begin(), by.end());
            deltas.push_back({Change::Added, std::move(key), std::move(row)});
        }
    for (const std::string& key : rights_.keys())
        if (!keys.contains(key)) deltas.push_back({Change::Removed, key, {}});
    rights_.apply(std::move(deltas));
}

std::vector<AccessGrant> AccessModel::grantsAt(int row) const {
    if (row < 0 || row >= rights_.rowCount()) return {};
    const auto found = grants_.find(rights_.key(row));
    return found == grants_.end() ? std::vector<AccessGrant>() : found->second;
}

void AccessModel::forgetAnswer() {
    ++asked_;
    asking_ = false;
    answer_.reset();
    Q_EMIT answered();
}

void AccessModel::ask(const AccessQuestion& question) {
    if (!chosen_) return;
    authorization::SubjectAccessReview review;
    auto& spec = *review.mutable_spec();
    if (!chosen_->userName().isEmpty()) spec.set_user(chosen_->userName().toStdString());
    for (const QString& group : chosen_->groups())
        spec.add_groups(group.toStdString());
    auto& what = *spec.mutable_resourceattributes();
    what.set_verb(question.verb.toStdString());
    what.set_group(question.apiGroup.toStdString());
    what.set_resource(question.resource.section(u'/', 0, 0).toStdString());
    what.set_subresource(question.resource.section(u'/', 1).toStdString());
    what.set_namespace_(question.nameSpace.toStdString());
    what.set_name(question.name.toStdString());
    forgetAnswer();
    asking_ = true;
    Q_EMIT answered();
    const client::WriteOptions options;
    cluster_.create(
        api::kindOf<authorization::SubjectAccessReview>().name, {}, client::body(review), options,
        [self = QPointer(this), number = asked_](Result<client::Written> written) {
            if (!self || self->asked_ != number) return;
            self->asking_ = false;
            Answer answer;
            const auto* said =
                written ? dynamic_cast<const authorization::SubjectAccessReview*>(written->answer.get())
                        : nullptr;
            if (said != nullptr) {
                answer.allowed = said->status().allowed();
                answer.why =
                    QString::fromStdString(said->status().reason().empty() ? said->status().evaluationerror()
                                                                           : said->status().reason());
            } else {
                answer.failed = true;
                answer.why = written ? tr("the server gave no answer") : errorLine(written.error());
            }
            self->answer_ = answer;
            Q_EMIT self->answered();
        });
}

QString AccessModel::command(const AccessSubject& subject, const std::optional<AccessQuestion>& question) {
    QString what = QStringLiteral("--list");
    if (question) {
        const QString base = question->resource.section(u'/', 0, 0);
        what = question->verb + u' ' + base +
               (question->apiGroup.isEmpty() ? QString() : u'.' + question->apiGroup);
        if (!question->name.isEmpty()) what += u'/' + question->name;
        if (const QString sub = question->resource.section(u'/', 1); !sub.isEmpty())
            what += QStringLiteral(" --subresource=") + sub;
        what += question->nameSpace.isEmpty() ? QStringLiteral(" -A")
                                              : QStringLiteral(" -n ") + question->nameSpace;
    }
    // kubectl takes a group only along with somebody in it.
    const bool group = subject.kind == AccessSubject::Kind::Group;
    QString out = QStringLiteral("kubectl auth can-i %1 --as=%2")
                      .arg(what, kubectl::quoted(group ? QStringLiteral("somebody") : subject.userName()));
    if (group) out += QStringLiteral(" --as-group=") + kubectl::quoted(subject.name);
    return out;
}

} // namespace wheelhouse::ui
