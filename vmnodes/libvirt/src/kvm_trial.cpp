#include "vmnodes/libvirt/accelerator.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <linux/kvm.h>
#include <mutex>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wheelhouse::libvirt {
namespace {

constexpr auto limit = std::chrono::milliseconds(500);
constexpr std::size_t memorySize = 4u << 20;
constexpr std::uint64_t codeAt = 0x1000, tablesAt = 0x2000, stackAt = 0x8000;
constexpr std::uint8_t answer = 0x2a;
constexpr std::uint16_t answerPort = 0xf1;

// One million rounds of: count in memory, count down in a register; then the answer to a port, and halt.
constexpr std::uint8_t code[] = {
    0xb9, 0x40,   0x42, 0x0f, 0x00,             // mov ecx, 1000000
    0xff, 0x04,   0x25, 0x00, 0x00, 0x20, 0x00, // inc dword [0x200000]
    0xff, 0xc9,                                 // dec ecx
    0x75, 0xf5,                                 // jnz to the inc
    0xb0, answer, 0xe6, 0xf1,                   // mov al, answer; out 0xf1, al
    0xf4,                                       // hlt
};

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) close(fd_);
    }
    operator int() const { return fd_; }

  private:
    int fd_;
};

class Mapping {
  public:
    Mapping(std::size_t size, int flags, int fd)
        : size_(size), at_(mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd, 0)) {}
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() {
        if (ok()) munmap(at_, size_);
    }
    bool ok() const { return at_ != MAP_FAILED; }
    std::uint8_t* bytes() const { return static_cast<std::uint8_t*>(at_); }

  private:
    std::size_t size_;
    void* at_;
};

/// 64-bit mode with the first 4 MiB mapped onto themselves.
void enterLongMode(kvm_sregs& s, std::uint8_t* memory) {
    const auto table = [memory](std::uint64_t at) { return reinterpret_cast<std::uint64_t*>(memory + at); };
    table(tablesAt)[0] = (tablesAt + 0x1000) | 7;
    table(tablesAt + 0x1000)[0] = (tablesAt + 0x2000) | 7;
    table(tablesAt + 0x2000)[0] = 0x87;
    table(tablesAt + 0x2000)[1] = 0x200087;
    s.cr3 = tablesAt;
    s.cr4 = 0x20;       // PAE
    s.cr0 = 0x80050033; // paging and protection
    s.efer = 0x500;     // long mode enabled and active
    kvm_segment code64{};
    code64.limit = ~0u;
    code64.selector = 8;
    code64.present = 1;
    code64.type = 11;
    code64.s = 1;
    code64.l = 1;
    code64.g = 1;
    kvm_segment data = code64;
    data.type = 3;
    data.l = 0;
    data.db = 1;
    data.selector = 16;
    s.cs = code64;
    s.ds = s.es = s.ss = s.fs = s.gs = data;
}

void noted(int) {}

/// Interrupts the thread that runs the guest when time is up, again and again until told to stop: a signal
/// that comes just before the guest is entered would be lost.
class TimeLimit {
  public:
    explicit TimeLimit(kvm_run* run) : runner_(pthread_self()), run_(run), thread_([this] { watch(); }) {}
    TimeLimit(const TimeLimit&) = delete;
    TimeLimit& operator=(const TimeLimit&) = delete;
    ~TimeLimit() {
        {
            const std::lock_guard lock(mutex_);
            over_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }

  private:
    void watch() {
        std::unique_lock lock(mutex_);
        auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(limit);
        while (!changed_.wait_for(lock, wait, [this] { return over_; })) {
            run_->immediate_exit = 1;
            pthread_kill(runner_, SIGURG); // ignored by default, so nothing else is disturbed
            wait = std::chrono::milliseconds(5);
        }
    }

    pthread_t runner_;
    kvm_run* run_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool over_ = false;
    std::thread thread_;
};

std::string failed(const char* what) {
    return std::string(what) + ": " + std::strerror(errno);
}

std::string setCpuid(int kvm, int cpu, KvmTrial& trial) {
    constexpr unsigned most = 256;
    std::vector<std::uint64_t> space(
        (sizeof(kvm_cpuid2) + most * sizeof(kvm_cpuid_entry2)) / sizeof(std::uint64_t) + 1);
    auto* table = reinterpret_cast<kvm_cpuid2*>(space.data());
    table->nent = most;
    if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, table) < 0) return failed("processor features");
    for (unsigned i = 0; i < table->nent; ++i)
        if (table->entries[i].function == 1) trial.hasSse3 = (table->entries[i].ecx & 1) != 0;
    return ioctl(cpu, KVM_SET_CPUID2, table) < 0 ? failed("processor features") : std::string();
}

void runGuest(int cpu, kvm_run* run, KvmTrial& trial) {
    const TimeLimit timeLimit(run);
    std::uint8_t out = 0;
    while (true) {
        if (ioctl(cpu, KVM_RUN, 0) < 0) {
            if (errno != EINTR) trial.error = failed("run");
            return;
        }
        if (run->exit_reason == KVM_EXIT_IO && run->io.port == answerPort) {
            out = reinterpret_cast<std::uint8_t*>(run)[run->io.data_offset];
            continue;
        }
        trial.finished = true;
        trial.rightAnswer = run->exit_reason == KVM_EXIT_HLT && out == answer;
        return;
    }
}

void runTrial(KvmTrial& trial) {
    const Descriptor kvm(open("/dev/kvm", O_RDWR | O_CLOEXEC));
    if (kvm < 0) {
        trial.error = std::strerror(errno);
        return;
    }
    trial.opened = true;
    const Descriptor machine(ioctl(kvm, KVM_CREATE_VM, 0));
    if (machine < 0) return void(trial.error = failed("machine"));
    ioctl(machine, KVM_SET_TSS_ADDR, 0xfffbd000);
    const Mapping memory(memorySize, MAP_ANONYMOUS, -1);
    if (!memory.ok()) return void(trial.error = failed("memory"));
    kvm_userspace_memory_region region{};
    region.memory_size = memorySize;
    region.userspace_addr = reinterpret_cast<std::uint64_t>(memory.bytes());
    if (ioctl(machine, KVM_SET_USER_MEMORY_REGION, &region) < 0) return void(trial.error = failed("memory"));
    const Descriptor cpu(ioctl(machine, KVM_CREATE_VCPU, 0));
    if (cpu < 0) return void(trial.error = failed("processor"));
    const int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    if (size <= 0) return void(trial.error = failed("processor"));
    const Mapping shared(static_cast<std::size_t>(size), 0, cpu);
    if (!shared.ok()) return void(trial.error = failed("processor"));
    if (trial.error = setCpuid(kvm, cpu, trial); !trial.error.empty()) return;

    kvm_sregs special{};
    if (ioctl(cpu, KVM_GET_SREGS, &special) < 0) return void(trial.error = failed("registers"));
    enterLongMode(special, memory.bytes());
    std::memcpy(memory.bytes() + codeAt, code, sizeof code);
    kvm_regs general{};
    general.rflags = 2;
    general.rip = codeAt;
    general.rsp = stackAt;
    if (ioctl(cpu, KVM_SET_SREGS, &special) < 0 || ioctl(cpu, KVM_SET_REGS, &general) < 0)
        return void(trial.error = failed("registers"));
    auto* run = reinterpret_cast<kvm_run*>(shared.bytes());
    runGuest(cpu, run, trial);
}

} // namespace

KvmTrial tryKvm() {
    KvmTrial trial;
    struct sigaction handler {};
    struct sigaction before {};
    handler.sa_handler = noted; // without SA_RESTART, so that the run is really interrupted
    sigaction(SIGURG, &handler, &before);
    // A thread of its own: the signal that ends the trial must not interrupt anything else.
    std::thread([&trial] { runTrial(trial); }).join();
    sigaction(SIGURG, &before, nullptr);
    return trial;
}

} // namespace wheelhouse::libvirt
