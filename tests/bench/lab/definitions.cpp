// Hundreds of CustomResourceDefinitions without hundreds of MB: memory of the whole program for each
// definition, idle, and once each of them has been used. `definitions 300 40000`: how many, and the bytes of
// each schema.
#include "figures.h"
#include "process_figures.h"
#include "served_lab.h"

#include "engine/api/groups/apiextensions.h"

#include <cstdlib>
#include <poll.h>

namespace {

/// Nested objects with described fields, patterns and enums, as generated from Go types.
std::string schemaOf(std::size_t bytes) {
    std::string fields;
    for (int i = 0; fields.size() < bytes; ++i) {
        const std::string n = std::to_string(i);
        fields +=
            (i > 0 ? "," : "") + ("\"section" + n) + "\":{\"type\":\"object\",\"description\":\"Section " +
            n +
            " says how one part of the thing is to be set up, and what happens when it is not.\","
            "\"required\":[\"name\"],\"properties\":{"
            "\"name\":{\"type\":\"string\",\"maxLength\":63,\"pattern\":\"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$\","
            "\"description\":\"The name of this section, unique among its siblings.\"},"
            "\"mode\":{\"type\":\"string\",\"enum\":[\"Always\",\"Never\",\"IfNotPresent\"],\"default\":"
            "\"Always\","
            "\"description\":\"When it applies.\"},"
            "\"limit\":{\"anyOf\":[{\"type\":\"integer\"},{\"type\":\"string\"}],\"x-kubernetes-int-or-"
            "string\":true},"
            "\"labels\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},"
            "\"ports\":{\"type\":\"array\",\"x-kubernetes-list-type\":\"map\",\"x-kubernetes-list-map-keys\":"
            "[\"port\"],"
            "\"items\":{\"type\":\"object\",\"required\":[\"port\"],\"properties\":{"
            "\"port\":{\"type\":\"integer\",\"format\":\"int32\",\"minimum\":1,\"maximum\":65535},"
            "\"name\":{\"type\":\"string\"}}}}}}";
    }
    return "{\"type\":\"object\",\"properties\":{\"spec\":{\"type\":\"object\",\"properties\":{" + fields +
           "}},\"status\":{\"type\":\"object\",\"x-kubernetes-preserve-unknown-fields\":true}}}";
}

std::string definition(int number, const std::string& schema) {
    const std::string n = std::to_string(number);
    return "{\"apiVersion\":\"apiextensions.k8s.io/"
           "v1\",\"kind\":\"CustomResourceDefinition\",\"metadata\":{\"name\":"
           "\"things" +
           n +
           ".bench.example.com\"},\"spec\":{\"group\":\"bench.example.com\",\"scope\":\"Namespaced\","
           "\"names\":{\"plural\":\"things" +
           n + "\",\"kind\":\"Thing" + n +
           "\"},\"versions\":[{\"name\":\"v1\","
           "\"served\":true,\"storage\":true,\"subresources\":{\"status\":{}},\"schema\":{"
           "\"openAPIV3Schema\":" +
           schema + "}}]}}";
}

std::string thing(int number) {
    return "{\"apiVersion\":\"bench.example.com/v1\",\"kind\":\"Thing" + std::to_string(number) +
           "\",\"metadata\":{\"name\":\"one\"},\"spec\":{\"section0\":{\"name\":\"a\"}}}";
}

void report(const char* what, const char* unit, double value) {
    bench::report("CRD", what, unit, {value, value, value, 0}, 1, "none", 0, 0);
}

} // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 300;
    const std::size_t bytes = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 40'000;
    bench::ServedLab lab({"--nodes", "simulated=0"});
    const std::string schema = schemaOf(bytes);
    std::vector<std::string> definitions;
    for (int i = 0; i < count; ++i)
        definitions.push_back(definition(i, schema));
    ::poll(nullptr, 0, 3000);
    const double before = bench::memoryKiB(lab.pid());
    const double start = bench::now(CLOCK_MONOTONIC);
    const auto& kind = wheelhouse::api::kindOf<wheelhouse::api::apiextensions::CustomResourceDefinition>();
    if (lab.createObjects(kind.name, "", definitions, 4) != count) {
        std::fprintf(stderr, "not every definition was taken\n");
        return 1;
    }
    const double seconds = bench::now(CLOCK_MONOTONIC) - start;
    ::poll(nullptr, 0, 5000);
    const double idle = bench::memoryKiB(lab.pid());
    const std::string shape =
        std::to_string(count) + " definitions of " + std::to_string(schema.size()) + " bytes: ";
    report((shape + "created").c_str(), "definitions/s", count / seconds);
    report((shape + "memory (PSS) of all").c_str(), "KiB", idle - before);
    report((shape + "memory a definition, unused").c_str(), "KiB", (idle - before) / count);
    int made = 0;
    for (int i = 0; i < count; ++i)
        made += lab.createObjects({"bench.example.com", "v1", "things" + std::to_string(i)}, "default",
                                  {thing(i)}, 1);
    if (made != count) {
        std::fprintf(stderr, "only %d of %d kinds took an object\n", made, count);
        return 1;
    }
    ::poll(nullptr, 0, 3000);
    report((shape + "memory a definition, used").c_str(), "KiB",
           (bench::memoryKiB(lab.pid()) - before) / count);
}
