# The HTTPS transport. Included by engine/client/CMakeLists.txt.
set(REMOTE_SOURCES
    src/remote/answers.cpp
    src/remote/discovery.cpp
    src/remote/http_client.cpp
    src/remote/kubeconfig.cpp
    src/remote/pod_socket.cpp
    src/remote/remote_cluster.cpp
    src/remote/watch.cpp)
set(REMOTE_LIBRARIES wheelhouse_asio yaml-cpp::yaml-cpp)
