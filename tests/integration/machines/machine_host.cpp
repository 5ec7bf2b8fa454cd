// machine-host FOLDER NAME NUMBER: a program with one machine, to be killed by a test. Prints "running PID"
// when it is up.
#include "machine_lab.h"

#include <cstdio>
#include <thread>

int main(int argc, char** argv) {
    using namespace wheelhouse;
    if (argc != 4) return 2;
    testing::MachineLab lab(argv[1], false);
    lab.open();
    lab.on([&](auto& provider) {
        provider.ensureRunning(testing::MachineLab::spec(argv[2], std::atoi(argv[3])));
    });
    bool told = false;
    while (true) {
        const auto state = lab.state(argv[2]);
        if (!told && state.phase == machines::Phase::Running) {
            std::printf("running %ld\n", static_cast<long>(state.pid));
            std::fflush(stdout);
            told = true;
        }
        if (state.phase == machines::Phase::Failed) {
            std::printf("failed %s\n", state.message.c_str());
            return 1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50)); // tidy: only ever ended by a signal
    }
}
