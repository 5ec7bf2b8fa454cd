#pragma once

#include "engine/api/time.h"
#include "engine/api/types.h"
#include "engine/base/log.h"
#include "engine/client/async.h"
#include "engine/client/event_recorder.h"
#include "engine/client/metadata.h"
#include "engine/controllers/controllers.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace wheelhouse::controllers {

namespace core = api::core;
namespace apps = api::apps;
namespace meta = api::meta;
using api::ObjectPtr;
using client::Step;

/// What all controllers share: a work queue whose keys become tasks, informers that must be complete before
/// anything is done, events. A reconcile that fails is tried again with back-off; one that is interrupted is
/// simply begun again.
class QueuedController : public Controller {
  public:
    ~QueuedController() override { stop(); }
    const std::string& name() const override { return name_; }
    void start() override;
    void stop() override;
    std::vector<client::WorkQueue::Pending> pending() const override;

  protected:
    QueuedController(const Deps& deps, std::string name, int parallel = 16);

    /// Brings the world one step nearer to what `key` wants. Runs only while all informers are complete.
    virtual Step reconcile(std::string key) = 0;
    /// Timers and the like; called by start().
    virtual void started() {}

    void enqueue(const std::string& key);
    void enqueueAfter(const std::string& key, Duration delay);
    /// The shared informer of a kind; its events reach `handler` while this controller runs. Reconciles wait
    /// for it.
    client::Informer& watch(const client::ResourceName& resource, client::Informer::Handler handler = {});
    template <class M>
    client::Informer& watch(client::Informer::Handler handler = {}) {
        return watch(api::kindOf<M>().name, std::move(handler));
    }
    /// A handler that enqueues the object's own key on every change.
    client::Informer::Handler enqueueSelf();
    /// A handler that does the same with every state of an object.
    static client::Informer::Handler onAny(std::function<void(const ObjectPtr&)> react);
    /// The same, and with what it was before too where its labels changed: for those who select objects by
    /// label.
    static client::Informer::Handler onSelectable(std::function<void(const ObjectPtr&)> react);

    Instant now() const { return executor_.clock().now(); }
    WallTime wallNow() const { return executor_.clock().wallNow(); }
    meta::Time timestamp() const { return api::toTime(wallNow()); }
    bool ready() const;

    const std::string name_;
    Executor& executor_;
    Random& random_;
    const Options options_;
    client::InformerSet& informers_;
    client::Api api_;
    client::EventRecorder events_;
    client::TaskScope tasks_;

  private:
    const int parallel_;
    std::vector<client::Informer*> needed_;
    std::unique_ptr<client::WorkQueue> queue_;
    /// Gone once this is: what informers and timers still hold then does nothing.
    std::shared_ptr<bool> running_ = std::make_shared<bool>(false);
};

/// Indexes shared by name between controllers.
inline constexpr const char* byController = "controller"; ///< uid of the controlling owner
inline constexpr const char* byNamespace = "namespace";
inline constexpr const char* byOrphanage = "orphans"; ///< namespace, of objects nobody controls
inline constexpr const char* byUid = "uid";
inline constexpr const char* byNode = "node"; ///< pods by spec.nodeName
void indexByController(client::Informer& informer);
void indexByNamespace(client::Informer& informer);
void indexByOrphanage(client::Informer& informer);
void indexByUid(client::Informer& informer);
void indexByNode(client::Informer& pods);

/// Runs out fine when the object is already gone or somebody else's; for deletions.
Result<void> unlessGone(const Result<client::Written>& written);

} // namespace wheelhouse::controllers
