#pragma once

namespace wheelhouse::app {

/// `wheelhouse image`: builds the node image with progress on standard error, or says which cached one is
/// used.
int imageCommand();

} // namespace wheelhouse::app
