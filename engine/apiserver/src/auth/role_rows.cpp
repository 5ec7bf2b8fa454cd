#include "auth/role_rows.h"

#include <sstream>
#include <string_view>

namespace wheelhouse::apiserver::auth {

std::vector<std::string> words(const char* text) {
    std::istringstream in{std::string(text)};
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word == "core" ? "" : word);
    return out;
}

DefaultRole role(std::string name, std::initializer_list<Row> rows) {
    DefaultRole out;
    out.name = std::move(name);
    for (const Row& row : rows) {
        if (std::string_view(row.groups) == "url")
            out.rules.push_back({words(row.verbs), {}, {}, {}, words(row.resources)});
        else
            out.rules.push_back(
                {words(row.verbs), words(row.groups), words(row.resources), words(row.names), {}});
    }
    return out;
}

} // namespace wheelhouse::apiserver::auth
