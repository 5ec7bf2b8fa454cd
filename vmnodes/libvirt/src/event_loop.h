#pragma once

namespace wheelhouse::libvirt {

/// libvirt's event loop on a thread of our own. libvirt's default one runs on GLib's default context, which
/// Qt's main thread holds for itself. There is one a process; libvirt knows no way to take it back, so it
/// runs until the process ends. Thread-safe. Call it before anything else of libvirt.
void runEventLoop();

} // namespace wheelhouse::libvirt
