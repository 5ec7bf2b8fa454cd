#pragma once

namespace wheelhouse {

/// A deleter for std::unique_ptr that calls a C library's own release function:
/// `std::unique_ptr<BIO, FreedBy<BIO_free_all>>`.
template <auto release>
struct FreedBy {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};

} // namespace wheelhouse
