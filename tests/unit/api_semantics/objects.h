#pragma once

#include "engine/api/codec.h"
#include "engine/api/semantics.h"
#include "engine/api/types.h"

#include <QtTest>
#include <memory>
#include <string>

namespace wheelhouse::api::test {

/// A typed message from JSON text; the test stops when the text does not decode.
template <class M>
M fromJson(std::string_view json) {
    Result<Decoded> decoded = decodeJson(json, M::descriptor(), FieldValidation::Strict);
    if (!decoded) qFatal("test object does not decode: %s", decoded.error().message.c_str());
    return static_cast<const M&>(*decoded->message);
}

/// The same, defaulted as the API server does before it validates.
template <class M>
M defaulted(std::string_view json) {
    M message = fromJson<M>(json);
    applyDefaults(message);
    return message;
}

/// Each cause as "path: message", in order.
inline QStringList texts(const std::vector<Cause>& causes) {
    QStringList out;
    for (const Cause& cause : causes) {
        out.append(
            QString::fromStdString(cause.field.empty() ? cause.message : cause.field + ": " + cause.message));
    }
    return out;
}

} // namespace wheelhouse::api::test
