#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wheelhouse::api::semantics {

// Checks of texts. Each returns what is wrong, in Kubernetes' words (apimachinery pkg/util/validation); empty
// = fine.
using Complaints = std::vector<std::string>;

Complaints dnsLabel(std::string_view text);      ///< RFC 1123, at most 63 bytes
Complaints dnsSubdomain(std::string_view text);  ///< RFC 1123, at most 253 bytes
Complaints dns1035Label(std::string_view text);  ///< as dnsLabel, but begins with a letter
Complaints qualifiedName(std::string_view text); ///< [prefix/]name, as label keys are
Complaints labelValue(std::string_view text);
Complaints envVarName(std::string_view text);
Complaints configMapKey(std::string_view text);
Complaints portName(std::string_view text); ///< IANA service name
Complaints ipAddress(std::string_view text);
Complaints cidr(std::string_view text);
Complaints percent(std::string_view text);
Complaints relativePath(std::string_view text); ///< not absolute, no ".."
Complaints pathSegment(std::string_view text);  ///< usable as one part of a URL path
bool isIpv4(std::string_view text);
bool isIpv6(std::string_view text);

} // namespace wheelhouse::api::semantics
