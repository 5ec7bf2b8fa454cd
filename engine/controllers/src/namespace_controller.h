#pragma once

#include "engine/controllers/queued_controller.h"

namespace wheelhouse::controllers {

/// Empties a namespace that is being deleted and then lets it go.
///
/// Watches Namespaces and, to hear when content goes, every namespaced kind. Deletes every object of every
/// namespaced kind (custom ones too) in a terminating namespace (each under its own rules: pods keep their
/// grace, finalizers are waited for; pods go first, and nothing else before the last of them), writes the
/// namespace's status conditions, and when nothing is left takes its own finalizer `kubernetes` off through
/// the subresource `finalize`.
///
/// Each look lists the content afresh from the server, not from informers, because an informer may not have
/// seen the last object made before the namespace closed. Interrupted anywhere, the next look deletes what is
/// still there: nothing is remembered.
class NamespaceController final : public QueuedController {
  public:
    explicit NamespaceController(const Deps& deps);

  protected:
    Step reconcile(std::string key) override;

  private:
    struct Content {
        int remaining = 0;
        std::map<std::string, int> perKind; ///< "pods." → how many are left
        std::map<std::string, int> perFinalizer;
        std::string failure;
    };
    Step emptyKind(client::ResourceName resource, std::string nameSpace, Content& content);
    Step writeConditions(ObjectPtr home, const Content& content);

    client::Informer& namespaces_;
};

} // namespace wheelhouse::controllers
