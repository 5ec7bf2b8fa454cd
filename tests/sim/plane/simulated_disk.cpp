#include "simulated_disk.h"

#include <deque>
#include <map>
#include <utility>
#include <vector>

namespace wheelhouse::sim {

using store::Record;

struct SimulatedDisk::State : std::enable_shared_from_this<State> {
    struct Append {
        std::vector<Record> records;
        store::Backend::Done done;
    };
    State(Executor& on, Random& chance, Duration longest)
        : executor(on), random(chance), longestSync(longest) {}

    void keep(Append& append) {
        for (Record& record : append.records)
            kept.insert_or_assign(record.revision, std::move(record));
    }
    /// What waits now is durable when the sync ends; what comes in between waits for the next.
    void sync() {
        if (syncing || waiting.empty()) return;
        syncing = true;
        const Duration length = nextSync();
        executor.postAfter(length, [weak = weak_from_this(), count = waiting.size(), life = life] {
            const auto self = weak.lock();
            if (!self || life != self->life) return;
            self->syncing = false;
            for (std::size_t i = 0; i < count && !self->waiting.empty(); ++i) {
                Append append = std::move(self->waiting.front());
                self->waiting.pop_front();
                self->keep(append);
                append.done({});
            }
            self->sync();
        });
    }
    Duration nextSync() {
        const Duration usual = longestSync == Duration::zero()
                                   ? Duration::zero()
                                   : Duration(static_cast<std::int64_t>(
                                         random.below(static_cast<std::uint64_t>(longestSync.count()))));
        return usual + std::exchange(stalls, Duration::zero());
    }
    bool immediate() const {
        return longestSync == Duration::zero() && stalls == Duration::zero() && !syncing;
    }
    void fill() {
        full = true;
        std::deque<Append> failed = std::exchange(waiting, {});
        // What was written before there was no room left may be found later, though nobody was told so.
        const std::uint64_t written = random.below(failed.size() + 1);
        for (std::uint64_t i = 0; i < failed.size(); ++i) {
            if (i < written) keep(failed[i]);
            failed[i].done(fail(Reason::InternalError, "no space left on device"));
        }
    }

    Executor& executor;
    Random& random;
    const Duration longestSync;
    std::map<Revision, Record> kept;
    std::deque<Append> waiting;
    Revision compacted = 0;
    Duration stalls{};
    bool syncing = false;
    bool full = false;
    std::uint64_t life = 0; ///< grows when the power goes
};

class SimulatedDisk::Opened final : public store::Backend {
  public:
    explicit Opened(std::shared_ptr<State> state) : state_(std::move(state)) {}

    Result<Revision> load(const std::function<void(Record&&)>& each) override {
        for (const auto& [revision, record] : state_->kept)
            each(Record(record));
        return state_->compacted;
    }
    void append(std::vector<Record> records, Done done) override {
        State::Append append{std::move(records), std::move(done)};
        if (state_->full) return append.done(fail(Reason::InternalError, "no space left on device"));
        if (state_->immediate()) {
            state_->keep(append);
            return append.done({});
        }
        state_->waiting.push_back(std::move(append));
        state_->sync();
    }
    Result<std::string> read(Revision revision) override {
        const auto found = state_->kept.find(revision);
        if (found == state_->kept.end()) return fail(Reason::InternalError, "the record is not there");
        return found->second.value;
    }
    void compact(Revision revision, std::vector<Revision> dropped) override {
        if (state_->full) return;
        state_->compacted = revision;
        for (const Revision each : dropped)
            state_->kept.erase(each);
    }

  private:
    const std::shared_ptr<State> state_;
};

SimulatedDisk::SimulatedDisk(Executor& executor, Random& random, Duration longestSync)
    : state_(std::make_shared<State>(executor, random, longestSync)) {}

std::unique_ptr<store::Backend> SimulatedDisk::open() {
    return std::make_unique<Opened>(state_);
}

void SimulatedDisk::losePower() {
    ++state_->life;
    state_->syncing = false;
    const std::uint64_t reached = state_->random.below(state_->waiting.size() + 1);
    for (std::uint64_t i = 0; i < reached; ++i)
        state_->keep(state_->waiting[i]);
    state_->waiting.clear();
}

void SimulatedDisk::fill() {
    state_->fill();
}

void SimulatedDisk::free() {
    state_->full = false;
}

void SimulatedDisk::stall(Duration span) {
    state_->stalls = span;
}

} // namespace wheelhouse::sim
