#include "clock_keeper.h"

#include "engine/api/time.h"
#include "engine/base/log.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>

namespace wheelhouse::controlplane {

namespace lab = api::lab;

namespace {

constexpr const char* logName = "clock";
constexpr const char* clockName = "cluster";
constexpr double fastest = 100;
constexpr int nextShown = 10;
/// Changes of the status are written together.
constexpr Duration writeDelay = std::chrono::milliseconds(50);
constexpr Duration retryDelay = std::chrono::seconds(1);
/// How often the time of a clock that goes otherwise than the computer's is written down.
constexpr Duration noteTimeEvery = std::chrono::seconds(1);
/// Clocks that differ by less than this are the same.
constexpr Duration sameTime = std::chrono::milliseconds(10);

const api::ResourceName& clockResource() {
    return api::kindOf<lab::ClusterClock>().name;
}

double speedOf(const std::string& text) {
    const double speed = std::strtod(text.c_str(), nullptr);
    return speed > 0 ? speed : 1;
}

bool real(const std::string& provider) {
    return provider != "simulated";
}

/// The status but for what merely passes.
bool saysTheSame(lab::ClusterClockStatus a, lab::ClusterClockStatus b) {
    for (auto* each : {&a, &b}) {
        each->clear_realtime();
        each->clear_clustertime();
        for (auto& next : *each->mutable_next())
            next.clear_due();
    }
    return a.SerializeAsString() == b.SerializeAsString();
}

} // namespace

ClockKeeper::ClockKeeper(client::Cluster& cluster, Executor& control, ClusterTime& time, WorkGate& gate,
                         Providers providers)
    : cluster_(cluster), control_(control), time_(time), gate_(gate), providers_(std::move(providers)),
      clocks_(cluster, control, clockResource()),
      machines_(cluster, control, api::kindOf<lab::Machine>().name) {
    clocks_.addHandler({[this](const api::ObjectPtr& object) { seen(object); },
                        [this](const api::ObjectPtr&, const api::ObjectPtr& object) { seen(object); },
                        [this](const api::ObjectPtr&) {
                            // Without a clock time goes as anywhere else.
                            apply({});
                            create([](const Result<void>&) {});
                        }});
    const auto stop = [this](const api::ObjectPtr&) { suspend(); };
    machines_.addHandler(
        {stop, [stop](const api::ObjectPtr&, const api::ObjectPtr& now) { stop(now); },
         [this](const api::ObjectPtr& object) {
             std::erase_if(suspended_, [&object](const auto& each) { return each.second == object->name(); });
         }});
    gate_.setListener({[this](const std::string& who) { aboutToBegin_ = nextOf(who); },
                       [this](const std::string& who) {
                           ++stepsMade_;
                           lastStep_ = aboutToBegin_.empty() ? who : who + " " + aboutToBegin_;
                           if (gate_.allowed() == 0) time_.setSpeed(0);
                           statusChanged();
                       },
                       [this] {
                           time_.setSpeed(fastest);
                           statusChanged();
                       },
                       [this] { statusChanged(); }});
}

ClockKeeper::~ClockKeeper() {
    gate_.setListener({});
}

void ClockKeeper::start(std::function<void(Result<void>)> done) {
    const auto begin = [this, done](const Result<void>& outcome) {
        if (outcome) {
            clocks_.start();
            machines_.start();
        }
        done(outcome);
    };
    cluster_.get(clockResource(), "", clockName,
                 [this, begin, life = std::weak_ptr(life_)](const Result<api::ObjectPtr>& found) {
                     if (life.expired()) return;
                     if (!found && found.error().reason == Reason::NotFound) return create(begin);
                     if (!found) return begin(fail(found.error()));
                     resume((*found)->as<lab::ClusterClock>());
                     begin({});
                 });
}

void ClockKeeper::create(std::function<void(Result<void>)> done) {
    lab::ClusterClock clock;
    clock.mutable_metadata()->set_name(clockName);
    clock.mutable_spec()->set_steps(stepsMade_);
    cluster_.create(clockResource(), "", client::body(std::move(clock)), {},
                    [done = std::move(done)](const Result<client::Written>& written) {
                        if (!written && written.error().reason != Reason::AlreadyExists)
                            return done(fail(written.error()));
                        done({});
                    });
}

/// Takes up where an earlier keeper stopped.
void ClockKeeper::resume(const lab::ClusterClock& clock) {
    const lab::ClusterClockStatus& was = clock.status();
    stepsMade_ = was.steps();
    stepsAsked_ = was.steps();
    lastStep_ = was.laststep();
    if (was.has_clustertime() && was.has_realtime()) {
        const Duration ahead = api::fromTime(was.clustertime()) - api::fromTime(was.realtime());
        const bool stood = was.paused() || clock.spec().paused();
        const WallTime wall = stood ? api::fromTime(was.clustertime()) : realNow() + ahead;
        if (stood || ahead > sameTime || ahead < -sameTime) time_.setWall(wall);
    }
    apply(clock.spec());
    if (was.has_pausedsince() && pausedSince_) pausedSince_ = api::fromTime(was.pausedsince());
}

void ClockKeeper::seen(const api::ObjectPtr& object) {
    if (object->name() != clockName) return;
    const auto clock = object->as<lab::ClusterClock>();
    apply(clock.spec());
    if (!saysTheSame(status(), clock.status())) statusChanged();
}

void ClockKeeper::apply(const lab::ClusterClockSpec& spec) {
    spec_ = spec;
    speed_ = speedOf(spec.speed());
    if (spec.paused())
        pause();
    else
        goOn();
    takeSteps(spec);
    suspend();
}

void ClockKeeper::pause() {
    if (gate_.held()) return;
    log::info(logName, "paused");
    gate_.hold();
    time_.setSpeed(0);
    pausedSince_ = realNow();
    statusChanged();
}

void ClockKeeper::goOn() {
    if (gate_.held()) {
        log::info(logName, "goes on");
        pausedSince_.reset();
        gate_.release();
        statusChanged();
    }
    if (time_.speed() == speed_) return;
    time_.setSpeed(speed_);
    statusChanged();
    tick();
}

void ClockKeeper::takeSteps(const lab::ClusterClockSpec& spec) {
    if (!gate_.held()) {
        stepsAsked_ = stepsMade_ = std::max(stepsMade_, spec.steps());
        return;
    }
    const std::int64_t more = spec.steps() - stepsAsked_;
    if (more > 0) {
        stepsAsked_ = spec.steps();
        gate_.allow(more, spec.stepof());
    } else if (gate_.allowed() > 0) {
        gate_.allow(0, spec.stepof());
    }
}

/// Also when a machine has come up meanwhile, or is known only now.
void ClockKeeper::suspend() {
    if (!spec_.paused() || !spec_.suspendmachines()) {
        for (const auto& [provider, machine] : std::exchange(suspended_, {}))
            providers_.at(provider)->thaw(machine);
        return;
    }
    for (const api::ObjectPtr& object : machines_.all()) {
        const auto machine = object->as<lab::Machine>();
        const std::string& provider = machine.spec().provider();
        if (!real(provider) || machine.status().phase() != "Running") continue;
        const auto found = providers_.find(provider);
        if (found != providers_.end() && suspended_.emplace(provider, object->name()).second)
            found->second->freeze(object->name());
    }
}

std::string ClockKeeper::nextOf(const std::string& queue) const {
    if (!queues_) return {};
    const Instant now = time_.now();
    for (const Queues::Entry& entry : queues_->of(queue))
        if (entry.reason != Queues::running && entry.due <= now) return entry.key;
    return {};
}

lab::ClusterClockStatus ClockKeeper::status() const {
    lab::ClusterClockStatus out;
    const WallTime cluster = time_.wallNow();
    const Instant now = time_.now();
    *out.mutable_clustertime() = api::toMicroTime(cluster);
    *out.mutable_realtime() = api::toMicroTime(realNow());
    out.set_paused(gate_.held());
    if (pausedSince_) *out.mutable_pausedsince() = api::toMicroTime(*pausedSince_);
    out.set_speed(spec_.speed().empty() ? "1" : spec_.speed());
    out.set_steps(stepsMade_);
    if (!lastStep_.empty()) out.set_laststep(lastStep_);
    if (gate_.allowed() > 0) out.set_message("nothing is due for this step: time goes on until something is");
    if (!gate_.held() || !queues_) return out;
    std::vector<std::pair<Queues::Entry, std::string>> next;
    for (const std::string& queue : queues_->names())
        for (Queues::Entry& entry : queues_->of(queue))
            if (entry.reason != Queues::running) next.emplace_back(std::move(entry), queue);
    std::stable_sort(next.begin(), next.end(),
                     [](const auto& a, const auto& b) { return a.first.due < b.first.due; });
    for (const auto& [entry, queue] : next) {
        if (out.next_size() == nextShown) break;
        auto& action = *out.add_next();
        action.set_queue(queue);
        action.set_key(entry.key);
        *action.mutable_due() = api::toMicroTime(cluster + (entry.due - now));
    }
    return out;
}

void ClockKeeper::statusChanged() {
    dirty_ = true;
    if (!writing_ && !writeTimer_.active())
        writeTimer_.start(control_, writeDelay, [this] { writeStatus(); });
}

void ClockKeeper::writeStatus() {
    const api::ObjectPtr stored = clocks_.get(clockName);
    if (!stored) return; // written when it is seen
    dirty_ = false;
    writing_ = true;
    auto clock = stored->as<lab::ClusterClock>();
    clock.mutable_metadata()->clear_resourceversion();
    *clock.mutable_status() = status();
    client::WriteOptions options;
    options.subresource = "status";
    cluster_.update(
        clockResource(), "", clockName, client::body(std::move(clock)), options,
        [this, life = std::weak_ptr(life_)](const Result<client::Written>& written) {
            if (life.expired()) return;
            writing_ = false;
            if (!written) {
                log::warning(logName, "its status could not be written: {}", written.error().message);
                dirty_ = true;
            }
            if (dirty_)
                writeTimer_.start(control_, written ? writeDelay : retryDelay, [this] { writeStatus(); });
        });
}

/// Time that goes otherwise than the computer's is written down, or a restart would not know of it.
void ClockKeeper::tick() {
    if (speed_ == 1 || tickTimer_.active()) return;
    tickTimer_.start(control_, noteTimeEvery, [this] {
        if (!gate_.held()) statusChanged();
        tick();
    });
}

} // namespace wheelhouse::controlplane
