#include "engine/api/taint_text.h"

namespace wheelhouse::api {

core::Taint taintOfText(const std::string& text) {
    core::Taint taint;
    const std::size_t colon = text.rfind(':');
    const std::string pair = text.substr(0, colon);
    const std::size_t equals = pair.find('=');
    taint.set_key(pair.substr(0, equals));
    if (equals != std::string::npos) taint.set_value(pair.substr(equals + 1));
    taint.set_effect(colon == std::string::npos ? "NoSchedule" : text.substr(colon + 1));
    return taint;
}

} // namespace wheelhouse::api
