#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace tidy {

/// One source file: its path from the root and its lines.
struct File {
    std::string path;
    std::vector<std::string> lines;
};

/// What a person has to mend: "path:line: text".
using Findings = std::vector<std::string>;
/// Module ("engine_store") → modules it may use, as cmake/AllowedDependencies.cmake says.
using Layers = std::map<std::string, std::set<std::string>>;

File parse(std::string path, const std::string& text);
Layers parseLayers(const std::string& allowedDependencies);

/// Includes of other modules' headers that the layering does not allow, and of their private ones.
Findings layering(const File& file, const Layers& layers);
/// Clocks, randomness and threads in the engine and the agent core: they come in as Clock, Random and
/// Executor.
Findings ambientAuthority(const File& file);
/// `throw` outside the adapters that catch it again.
Findings exceptions(const File& file);
/// Files over 600 lines and functions over 70.
Findings sizes(const File& file);
/// Colours outside the theme, and words a person reads outside tr().
Findings interface(const File& file);
/// Promises instead of code, waiting by the clock in tests, paths of one machine, registry hosts.
Findings habits(const File& file);

/// All of the above.
Findings check(const File& file, const Layers& layers);

} // namespace tidy
