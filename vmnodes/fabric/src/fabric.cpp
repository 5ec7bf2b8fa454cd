#include "vmnodes/fabric/fabric.h"

#include "address_table.h"
#include "direction.h"
#include "engine/base/log.h"

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <queue>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace wheelhouse::fabric {
namespace {

constexpr int batch = 64;
constexpr std::size_t largestFrame = 16384; // an MTU of 9000 and room
constexpr std::size_t mostHeldBytes = 64u << 20;
constexpr int socketBuffer = 4 << 20;

Instant now() {
    return Instant(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

sockaddr_in loopback(std::uint16_t port) {
    return {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
}

/// A UDP socket on 127.0.0.1:`port`, or on any free port for 0. -1 and errno when there is none.
int bound(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    const sockaddr_in address = loopback(port);
    if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

std::uint16_t portOf(int fd) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    return ntohs(address.sin_port);
}

struct Port {
    int fd = -1;
    Cable cable;
};

/// A frame on its way over a slow link.
struct Held {
    Instant due;
    std::uint64_t order;
    int from;
    int to;
    std::string frame;

    bool operator<(const Held& other) const {
        return std::pair(due, order) > std::pair(other.due, other.order);
    }
};

/// Frames of one batch that go to one machine at once; they stay in the buffers they were received into.
struct Outgoing {
    std::array<mmsghdr, batch> messages;
    std::array<iovec, batch> parts;
    std::array<int, batch> from;
    unsigned count = 0;
};

} // namespace

struct Fabric::Impl {
    explicit Impl(Random& r) : random(r) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        stopping = true;
        wake();
        if (thread.joinable()) thread.join();
        for (const auto& [id, port] : ports)
            close(port.fd);
        for (const int fd : {poll, wakeup, timer})
            if (fd >= 0) close(fd);
    }

    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = write(wakeup, &one, sizeof one);
    }

    int idOf(const std::string& name) {
        const auto [entry, added] = ids.try_emplace(name, static_cast<int>(names.size()));
        if (added) names.push_back(name);
        return entry->second;
    }
    Direction& direction(int from, int to) {
        return directions[static_cast<std::uint64_t>(from) << 32 | static_cast<unsigned>(to)];
    }

    void run();
    void receive(int id);
    void forward(int from, const char* frame, std::size_t size);
    void give(int from, int to, const char* frame, std::size_t size);
    void flushAll();
    void releaseDue();
    void armTimer() const;

    Random& random;
    int poll = -1;
    int wakeup = -1;
    int timer = -1;
    std::atomic<bool> stopping = false;
    std::thread thread;
    std::vector<char> buffers = std::vector<char>(batch * largestFrame);

    mutable std::mutex mutex; // guards everything below
    std::unordered_map<std::string, int> ids;
    std::vector<std::string> names;
    std::map<int, Port> ports;
    AddressTable addresses;
    std::unordered_map<std::uint64_t, Direction> directions;
    std::priority_queue<Held> held;
    std::size_t heldBytes = 0;
    std::uint64_t order = 0;
    std::map<int, Outgoing> outgoing;
};

void Fabric::Impl::run() {
    prctl(PR_SET_NAME, "fabric");
    std::array<epoll_event, 32> events;
    while (!stopping) {
        const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
        for (int i = 0; i < count; ++i) {
            const int id = events[static_cast<std::size_t>(i)].data.fd;
            // Taken for each batch, so that callers wait for one batch at most.
            const std::lock_guard lock(mutex);
            if (id >= 0) receive(id);
            std::uint64_t ticks = 0;
            if (id == -1 && read(wakeup, &ticks, sizeof ticks) < 0) continue;
            if (id == -2 && read(timer, &ticks, sizeof ticks) < 0) continue;
            releaseDue();
            armTimer();
        }
    }
}

void Fabric::Impl::receive(int id) {
    const auto port = ports.find(id);
    if (port == ports.end()) return;
    std::array<mmsghdr, batch> messages{};
    std::array<iovec, batch> parts;
    for (std::size_t i = 0; i < batch; ++i) {
        parts[i] = {buffers.data() + i * largestFrame, largestFrame};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    // A refused datagram of ours comes back as an error here: the machine is not up. It is no reason to stop.
    const int count = recvmmsg(port->second.fd, messages.data(), batch, 0, nullptr);
    for (int i = 0; i < count; ++i) {
        const auto& message = messages[static_cast<std::size_t>(i)];
        if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0 || message.msg_len < 14) continue;
        forward(id, static_cast<const char*>(message.msg_hdr.msg_iov->iov_base), message.msg_len);
    }
    flushAll();
}

void Fabric::Impl::forward(int from, const char* frame, std::size_t size) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(frame);
    if (!AddressTable::isGroup(bytes + 6)) addresses.learn(AddressTable::number(bytes + 6), from);
    if (!AddressTable::isGroup(bytes)) {
        if (const auto to = addresses.find(AddressTable::number(bytes))) {
            if (*to != from) give(from, *to, frame, size);
            return;
        }
    }
    for (const auto& [id, port] : ports)
        if (id != from) give(from, id, frame, size);
}

void Fabric::Impl::give(int from, int to, const char* frame, std::size_t size) {
    Direction& link = direction(from, to);
    const Instant sent = now();
    const auto due = link.perfect() ? sent : link.arrival(sent, size, random);
    if (!due) {
        ++link.dropped;
        return;
    }
    if (*due > sent) {
        if (heldBytes + size > mostHeldBytes) {
            ++link.dropped;
            return;
        }
        heldBytes += size;
        held.push({*due, ++order, from, to, std::string(frame, size)});
        return;
    }
    Outgoing& out = outgoing[to];
    out.parts[out.count] = {const_cast<char*>(frame), size};
    out.from[out.count] = from;
    ++out.count;
}

void Fabric::Impl::flushAll() {
    for (auto& [to, out] : outgoing) {
        const auto port = ports.find(to);
        for (unsigned i = 0; i < out.count; ++i) {
            out.messages[i] = {};
            out.messages[i].msg_hdr.msg_iov = &out.parts[i];
            out.messages[i].msg_hdr.msg_iovlen = 1;
        }
        unsigned done = 0;
        while (port != ports.end() && done < out.count) {
            const int sent = sendmmsg(port->second.fd, out.messages.data() + done, out.count - done, 0);
            const unsigned good = sent > 0 ? static_cast<unsigned>(sent) : 0;
            for (unsigned i = done; i < done + good; ++i)
                direction(out.from[i], to).count(out.parts[i].iov_len);
            done += good;
            if (sent > 0) continue;
            // ECONNREFUSED tells of an earlier datagram and is told once: the machine is off, this frame is
            // lost too.
            ++direction(out.from[done], to).dropped;
            ++done;
        }
        out.count = 0;
    }
}

void Fabric::Impl::releaseDue() {
    const Instant time = now();
    while (!held.empty() && held.top().due <= time) {
        const Held& first = held.top();
        const auto port = ports.find(first.to);
        const bool sent =
            port != ports.end() && send(port->second.fd, first.frame.data(), first.frame.size(), 0) >= 0;
        Direction& link = direction(first.from, first.to);
        sent ? link.count(first.frame.size()) : void(++link.dropped);
        heldBytes -= first.frame.size();
        held.pop();
    }
}

void Fabric::Impl::armTimer() const {
    itimerspec spec{};
    if (!held.empty()) {
        const auto due = held.top().due.time_since_epoch().count();
        spec.it_value.tv_sec = due / 1'000'000'000;
        spec.it_value.tv_nsec = due % 1'000'000'000;
    }
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &spec, nullptr);
}

Result<std::unique_ptr<Fabric>> Fabric::create(Random& random) {
    auto impl = std::make_unique<Impl>(random);
    impl->poll = epoll_create1(EPOLL_CLOEXEC);
    impl->wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    // steady_clock is CLOCK_MONOTONIC, so due times can be given to the timer as they are.
    impl->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (impl->poll < 0 || impl->wakeup < 0 || impl->timer < 0)
        return fail(Reason::InternalError,
                    fmt::format("cannot start the network between nodes: {}", std::strerror(errno)));
    for (const auto& [fd, id] : {std::pair(impl->wakeup, -1), std::pair(impl->timer, -2)}) {
        epoll_event event{.events = EPOLLIN, .data = {.fd = id}};
        epoll_ctl(impl->poll, EPOLL_CTL_ADD, fd, &event);
    }
    impl->thread = std::thread([raw = impl.get()] { raw->run(); });
    return std::unique_ptr<Fabric>(new Fabric(std::move(impl)));
}

Fabric::Fabric(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Fabric::~Fabric() = default;

Result<Cable> Fabric::plug(const std::string& machine, std::optional<Cable> wanted) {
    const std::lock_guard lock(impl_->mutex);
    const int id = impl_->idOf(machine);
    if (const auto found = impl_->ports.find(id); found != impl_->ports.end()) {
        if (!wanted || *wanted == found->second.cable) return found->second.cable;
        return fail(Reason::Conflict, fmt::format("{} is plugged in with another cable already", machine));
    }
    Port port;
    port.fd = bound(wanted ? wanted->fabric : 0);
    if (port.fd < 0)
        return fail(Reason::Conflict,
                    fmt::format("no port on 127.0.0.1 for {}: {}", machine, std::strerror(errno)));
    // The machine binds its own end; a free one is found by binding it for a moment.
    const int probe = wanted ? -1 : bound(0);
    port.cable = {portOf(port.fd), wanted ? wanted->machine : portOf(probe)};
    if (probe >= 0) close(probe);
    setsockopt(port.fd, SOL_SOCKET, SO_RCVBUF, &socketBuffer, sizeof socketBuffer);
    setsockopt(port.fd, SOL_SOCKET, SO_SNDBUF, &socketBuffer, sizeof socketBuffer);
    // Connected: the kernel then drops what any other port sends here.
    const sockaddr_in peer = loopback(port.cable.machine);
    epoll_event event{.events = EPOLLIN, .data = {.fd = id}};
    if (connect(port.fd, reinterpret_cast<const sockaddr*>(&peer), sizeof peer) < 0 ||
        epoll_ctl(impl_->poll, EPOLL_CTL_ADD, port.fd, &event) < 0) {
        const int error = errno;
        close(port.fd);
        return fail(Reason::InternalError,
                    fmt::format("cannot plug {} in: {}", machine, std::strerror(error)));
    }
    impl_->ports[id] = port;
    return port.cable;
}

void Fabric::unplug(const std::string& machine) {
    const std::lock_guard lock(impl_->mutex);
    const auto id = impl_->ids.find(machine);
    if (id == impl_->ids.end()) return;
    const auto port = impl_->ports.find(id->second);
    if (port == impl_->ports.end()) return;
    close(port->second.fd);
    impl_->ports.erase(port);
    impl_->addresses.forget(id->second);
}

void Fabric::setFault(const std::string& from, const std::string& to, const machines::LinkFault& fault) {
    const std::lock_guard lock(impl_->mutex);
    const int a = impl_->idOf(from);
    const int b = impl_->idOf(to);
    impl_->direction(a, b).setFault(fault);
}

std::vector<machines::LinkTraffic> Fabric::traffic() const {
    const std::lock_guard lock(impl_->mutex);
    std::vector<machines::LinkTraffic> all;
    for (const auto& [key, link] : impl_->directions)
        all.push_back(
            {impl_->names[key >> 32], impl_->names[key & 0xffffffff], link.frames, link.bytes, link.dropped});
    return all;
}

} // namespace wheelhouse::fabric
