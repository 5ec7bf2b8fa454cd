#include "fault_controller.h"

#include "fault_plan.h"
#include "finalizers.h"

#include <algorithm>
#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

namespace wheelhouse::controllers {

namespace lab = api::lab;

namespace {

constexpr const char* finalizer = "lab.wheelhouse.dev/fault";
constexpr const char* injected = "Injected";
/// The key under which the injector is given what is wrong now; no object is called so.
constexpr const char* planKey = "(plan)";
constexpr Duration untilZonesAreRead = std::chrono::seconds(1);
/// How often it is asked again that a container ends.
constexpr Duration killAgain = std::chrono::seconds(2);

void setInjected(lab::Fault& fault, bool value, const char* reason, const std::string& message,
                 const meta::Time& now) {
    auto& all = *fault.mutable_status()->mutable_conditions();
    meta::Condition* condition = nullptr;
    for (meta::Condition& each : all)
        if (each.type() == injected) condition = &each;
    if (!condition) condition = all.Add();
    const std::string status = value ? "True" : "False";
    if (condition->status() != status) *condition->mutable_lasttransitiontime() = now;
    condition->set_type(injected);
    condition->set_status(status);
    condition->set_reason(reason);
    condition->set_message(message);
    condition->set_observedgeneration(fault.metadata().generation());
}

/// Empty when somebody of those it concerns can suffer it.
std::string whyImpossible(const lab::Fault& fault, bool hasInjector) {
    if (!hasInjector && !fault.spec().has_nodepower()) return "This lab has no means of doing it.";
    const lab::FaultTarget* unable[2] = {nullptr, nullptr}; // one for each end
    bool able[2] = {false, !fault.spec().has_link() || fault.spec().link().controlplane()};
    for (const lab::FaultTarget& target : fault.status().targets()) {
        if (target.problem().empty())
            able[target.otherend() ? 1 : 0] = true;
        else
            unable[target.otherend() ? 1 : 0] = &target;
    }
    for (int end = 0; end < 2; ++end)
        if (!able[end] && unable[end])
            return fmt::format("{}: {}.", unable[end]->node(), unable[end]->problem());
    return {};
}

/// "1 container", "3 nodes".
std::string counted(int count, const char* what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string whom(const lab::Fault& fault) {
    return counted(fault.status().targets_size(), fault.spec().has_containerkill() ? "container" : "node");
}

} // namespace

FaultController::FaultController(const Deps& deps)
    : QueuedController(deps, "fault"), injector_(deps.faults),
      faults_(watch<Fault>(onAny([this](const ObjectPtr& object) {
          enqueue(object->key());
          enqueue(planKey);
      }))),
      nodes_(watch<core::Node>({[this](const ObjectPtr&) { enqueueConcerned(); },
                                {},
                                [this](const ObjectPtr&) { enqueueConcerned(); }})),
      machines_(watch<lab::Machine>({{}, {}, [this](const ObjectPtr&) { enqueueConcerned(); }})),
      pods_(watch<core::Pod>()), targets_(nodes_, machines_, pods_) {
    indexByTarget(faults_);
}

FaultController::~FaultController() {
    FaultController::stop();
}

void FaultController::started() {
    if (injector_)
        injector_->setListener([this](const std::string& node, const std::string& problem) {
            problems_[node] = problem;
            for (const ObjectPtr& object : faults_.byIndex(byTarget, node))
                enqueue(object->key());
        });
    enqueue(planKey);
}

void FaultController::stop() {
    if (injector_) {
        injector_->setListener(nullptr);
        injector_->apply({});
        injector_ = nullptr;
    }
    QueuedController::stop();
}

/// Nodes come and go: those that wait for somebody may begin, those whose last target went end.
void FaultController::enqueueConcerned() {
    for (const ObjectPtr& object : faults_.all())
        enqueue(object->key());
}

Step FaultController::reconcile(std::string key) {
    if (key == planKey) {
        applyPlan();
        co_return Result<void>();
    }
    const ObjectPtr object = faults_.get(key);
    if (!object) co_return Result<void>();
    auto fault = object->as<Fault>();
    if (object->deleting()) {
        applyPlan();
        auto released = co_await release(std::move(fault));
        co_return released;
    }
    if (!hasFinalizer(fault.metadata(), finalizer)) {
        // First the promise to mend, then anything to mend.
        fault.mutable_metadata()->add_finalizers(finalizer);
        auto written = co_await api_.update(std::move(fault));
        co_return unlessGone(written);
    }
    progress(object, fault);
    auto written = co_await writeStatus(object, std::move(fault));
    co_return written;
}

void FaultController::applyPlan() {
    if (!injector_) return;
    std::vector<Fault> inForce;
    for (const ObjectPtr& object : faults_.all()) {
        auto fault = object->as<Fault>();
        if (isInForce(object, fault, wallNow())) inForce.push_back(std::move(fault));
    }
    machines::FaultPlan plan = planOf(inForce);
    if (applied_ && *applied_ == plan) return;
    problems_.clear(); // every node concerned says anew what it cannot do
    injector_->apply(plan);
    applied_ = std::move(plan);
}

Step FaultController::release(Fault fault) {
    if (!dropFinalizer(*fault.mutable_metadata(), finalizer)) co_return Result<void>();
    auto written = co_await api_.update(std::move(fault));
    co_return unlessGone(written);
}

Step FaultController::writeStatus(ObjectPtr object, Fault fault) {
    const auto before = object->as<Fault>();
    if (google::protobuf::util::MessageDifferencer::Equivalent(before.status(), fault.status()))
        co_return Result<void>();
    const std::string was = before.status().phase();
    const lab::FaultStatus status = fault.status();
    const std::string kind = api::faultKind(fault.spec());
    auto written = co_await api_.updateStatus(std::move(fault));
    using Type = client::EventRecorder::Type;
    if (written && was != status.phase()) {
        if (status.phase() == "Active") events_.record(object, Type::Warning, "FaultBegan", status.message());
        if (was == "Active") events_.record(object, Type::Normal, "FaultEnded", status.message());
        if (status.phase() == "Failed")
            events_.record(object, Type::Warning, "FaultFailed", status.message());
    }
    co_return unlessGone(written);
}

void FaultController::progress(const ObjectPtr& object, Fault& fault) {
    lab::FaultStatus& status = *fault.mutable_status();
    if (status.phase().empty()) await(object, fault, firstBeginning(fault));
    if (status.phase() == "Pending" && status.has_next()) {
        const Duration left = api::fromTime(status.next()) - wallNow();
        if (left <= Duration::zero()) return begin(object, fault);
        setInjected(fault, false, "NotYet", "It has not begun.", timestamp());
        enqueueAfter(object->key(), left);
    } else if (status.phase() == "Active") {
        keepUp(object, fault);
    }
}

/// From now on it waits for its next beginning; without one it is as it was.
void FaultController::await(const ObjectPtr& object, Fault& fault, const Beginning& next) {
    lab::FaultStatus& status = *fault.mutable_status();
    if (!next.known) return enqueueAfter(object->key(), untilZonesAreRead);
    if (next.at) {
        status.set_phase("Pending");
        *status.mutable_next() = api::toTime(*next.at);
        enqueueAfter(object->key(), *next.at - wallNow());
    } else if (status.phase().empty()) {
        status.set_phase("Ended");
        status.set_message("Its schedule names no time that comes.");
        setInjected(fault, false, "Over", status.message(), timestamp());
    }
}

void FaultController::begin(const ObjectPtr& object, Fault& fault) {
    lab::FaultStatus& status = *fault.mutable_status();
    *status.mutable_targets() = targets_.find(fault.spec(), random_);
    if (status.targets().empty()) {
        status.set_message("Nobody is there whom it concerns; it waits.");
        setInjected(fault, false, "NoTarget", status.message(), timestamp());
        if (fault.spec().has_containerkill()) enqueueAfter(object->key(), killAgain);
        return;
    }
    if (const std::string why = whyImpossible(fault, injector_ != nullptr); !why.empty()) {
        status.set_phase("Failed");
        status.clear_next();
        status.set_message(why);
        setInjected(fault, false, "NotPossible", why, timestamp());
        return;
    }
    status.set_phase("Active");
    *status.mutable_since() = timestamp();
    status.clear_next();
    status.clear_ends();
    if (fault.spec().has_durationseconds())
        *status.mutable_ends() =
            api::toTime(api::fromTime(status.since()) + std::chrono::seconds(fault.spec().durationseconds()));
    status.set_rounds(status.rounds() + 1);
    status.set_message(fmt::format("{}: {}.", whom(fault), faultWords(fault.spec())));
    setInjected(fault, true, "Done", status.message(), timestamp());
}

void FaultController::keepUp(const ObjectPtr& object, Fault& fault) {
    lab::FaultStatus& status = *fault.mutable_status();
    bool near = false;
    bool far = !fault.spec().has_link() || fault.spec().link().controlplane();
    std::string problem;
    for (lab::FaultTarget& target : *status.mutable_targets()) {
        if (!target.done()) target.set_done(targets_.over(target));
        if (target.done()) continue;
        (target.otherend() ? far : near) = true;
        const auto said = problems_.find(target.node());
        if (said != problems_.end() && !fault.spec().has_link() && !fault.spec().has_nodepower())
            target.set_problem(said->second);
        if (!target.problem().empty()) problem = fmt::format("{}: {}.", target.node(), target.problem());
    }
    if (!near || !far)
        return end(object, fault,
                   fault.spec().has_containerkill()
                       ? fmt::format("{} killed.", counted(status.targets_size(), "container"))
                       : "It is over: those whom it concerned are gone.");
    if (status.has_ends()) {
        const Duration left = api::fromTime(status.ends()) - wallNow();
        if (left <= Duration::zero()) return end(object, fault, "It is over and undone.");
        enqueueAfter(object->key(), left);
    }
    if (problem.empty())
        setInjected(fault, true, "Done", status.message(), timestamp());
    else
        setInjected(fault, false, "NodeCannot", problem, timestamp());
    if (fault.spec().has_containerkill()) {
        kill(fault);
        enqueueAfter(object->key(), killAgain);
    }
}

void FaultController::end(const ObjectPtr& object, Fault& fault, const std::string& message) {
    lab::FaultStatus& status = *fault.mutable_status();
    status.set_message(message);
    *status.mutable_ends() = timestamp();
    setInjected(fault, false, "Over", message, timestamp());
    status.set_phase("Ended");
    await(object, fault, nextBeginning(fault, wallNow()));
}

void FaultController::kill(const Fault& fault) {
    if (!injector_) return;
    for (const lab::FaultTarget& target : fault.status().targets()) {
        if (target.done()) continue;
        const std::size_t slash = target.pod().find('/');
        injector_->kill({target.node(), target.pod().substr(0, slash), target.pod().substr(slash + 1),
                         target.uid(), target.container(), target.containerid()});
    }
}

} // namespace wheelhouse::controllers
