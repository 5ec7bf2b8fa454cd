// Rows 4, 5 and 6: pods a second given a node, bindings durable, every one of 5,000 nodes scored. The
// workloads are those of Kubernetes' scheduler_perf, whose floors stand beside them; there is no
// kube-scheduler to run here.
#include "disk.h"
#include "workloads.h"

#include <cstring>
#include <functional>

using namespace bench;

namespace {

constexpr int runs = 5;
constexpr int nodeCount = 5000;
const char* const floorText = "floor of kube-scheduler in Kubernetes' own scheduler_perf, pods/s";

/// Places `count` pods in `runs` parts after `initial`, and reports the parts.
void report(Plane& plane, const char* row, const std::string& what, const std::vector<Run>& parts,
            double anchor, double aim) {
    bench::report(row, what, "pods/s", perSecond(parts), runs, floorText, anchor, aim);
    bench::report(row, what + ": nodes looked at for a pod", "share", {plane.shareScored(), 1, 1, 0}, 1, "",
                  0, 1);
}

std::vector<Run> inParts(Plane& plane, int count, const PodShape& shape) {
    std::vector<Run> out;
    for (int i = 0; i < runs; ++i)
        out.push_back(plane.place(pods(count / runs, shape)));
    return out;
}

void basicWorkload() {
    Plane plane;
    plane.createNodes(nodes(nodeCount));
    plane.startScheduler();
    plane.place(pods(5000, basic()));
    const std::vector<Run> parts = inParts(plane, 50'000, basic());
    report(plane, "4", "SchedulingBasic 5k nodes, 5k then 50k pods in 5 parts, durable", parts, 810,
           10'000.0 / 810);
    std::vector<Run> disk;
    for (int i = 0; i < runs; ++i)
        disk.push_back(measureDisk(2000, 2048));
    bench::report("4", "SchedulingBasic: pods bound durably for one sync the disk could do", "pods/s",
                  perSecond(parts), runs, "fdatasync/s of the disk, 2 KiB each", perSecond(disk).median, 1);
}

void constraintWorkload(const std::string& name, const std::vector<std::string>& zones, int initialCount,
                        const PodShape& initial, int count, const PodShape& measured, double anchor) {
    Plane plane;
    plane.createNodes(nodes(nodeCount, zones));
    plane.startScheduler();
    plane.place(pods(initialCount, initial));
    report(plane, "5", name, inParts(plane, count, measured), anchor, 2000 / anchor);
}

/// Every node holds four pods that ask for 3.6 of its 4 CPUs; while ordinary pods are placed, more important
/// ones arrive that need three of the four gone.
void preemptionWorkload() {
    constexpr int before = 20'000;
    // One a node: nobody but the unimportant has to go, and they go at once.
    constexpr int each = 1000;
    constexpr int preemptors = 100;
    Plane plane;
    plane.create(importantClass());
    plane.createNodes(nodes(nodeCount));
    plane.startScheduler();
    plane.place(pods(before, unimportant()));
    std::vector<Run> parts;
    std::size_t made = 0;
    for (int i = 0; i < runs; ++i)
        parts.push_back(plane.placeBeside(pods(each, basic()), pods(preemptors, important()), 5, made));
    plane.settle();
    report(plane, "6", "PreemptionAsync 5k nodes, 20k pods, 5k more in 5 parts with 5 preemptors/s, durable",
           parts, 570, 5000.0 / 570);
    const auto evicted = [&] {
        return static_cast<double>(before + static_cast<std::size_t>(runs * each) + made - plane.pods());
    };
    const double victims = made == 0 ? 0 : evicted() / static_cast<double>(made);
    bench::report("6", "PreemptionAsync: victims a preemptor", "pods", {victims, victims, victims, 0}, 1,
                  "as many as must go", 3, 1);
    const double already = evicted();
    std::vector<Run> preempting;
    for (int i = 0; i < runs; ++i) {
        preempting.push_back(plane.place(pods(preemptors, important())));
        made += preemptors;
    }
    bench::report("6", "PreemptionBasic 5k nodes, 20k pods, 500 preemptors, each 3 victims, until bound",
                  "pods/s", perSecond(preempting), runs, "", 0, 0);
    const double apiece = (evicted() - already) / (runs * preemptors);
    bench::report("6", "PreemptionBasic: victims a preemptor", "pods", {apiece, apiece, apiece, 0}, 1,
                  "as many as must go", 3, 1);
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::pair<const char*, std::function<void()>>> workloads = {
        {"basic", basicWorkload},
        {"affinity",
         [] {
             constraintWorkload("SchedulingPodAffinity 5k nodes, 5k then 5k pods", {"zone1"}, 5000,
                                near("sched-0"), 5000, near("sched-1"), 35);
         }},
        {"antiaffinity",
         [] {
             constraintWorkload("SchedulingPodAntiAffinity 5k nodes, 1k then 2k pods", {}, 1000,
                                far("sched-0"), 2000, far("sched-1"), 60);
         }},
        {"nodeaffinity",
         [] {
             constraintWorkload("SchedulingNodeAffinity 5k nodes, 5k then 10k pods", {"zone1"}, 5000,
                                inZones(), 10'000, inZones(), 220);
         }},
        {"spreading",
         [] {
             constraintWorkload("TopologySpreading 5k nodes, 5k then 5k pods", {"moon-1", "moon-2", "moon-3"},
                                5000, basic(), 5000, evenly(), 460);
         }},
        {"preemption", preemptionWorkload},
    };
    for (const auto& [name, run] : workloads) {
        if (argc < 2 || std::strcmp(argv[1], name) == 0) run();
    }
}
