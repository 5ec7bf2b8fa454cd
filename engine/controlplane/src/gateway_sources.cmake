set(GATEWAY_SOURCES
    src/gateway_network.cpp
    src/gateway_objects.cpp
    src/gateway_tokens.cpp
    src/gateway_writer.cpp
    src/node_gateway.cpp)
