// Debian ships {fmt} as a shared library only. The agent is one static file, so what the modules expect of
// that library is compiled here from its headers.
#define FMT_HEADER_ONLY
#include <fmt/format.h>

template void fmt::detail::vformat_to<char>(buffer<char>&, string_view,
                                            basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
