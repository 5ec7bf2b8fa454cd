"""The ends of connections in the test of a node's network.

serve NAME PORT...   answers on TCP and UDP "NAME CLIENT-ADDRESS"; a TCP connection stays open and echoes lines
ask PROTOCOL ADDRESS PORT COUNT   prints one answer a line, each over a connection of its own, or what was wrong
hold ADDRESS PORT    connects, then says back what the server echoes of each line of standard input, or "lost"
"""
import socket
import sys
import threading

LIMIT = 2


def converse(connection, name):
    with connection:
        connection.sendall(f"{name} {connection.getpeername()[0]}\n".encode())
        while data := connection.recv(4096):
            connection.sendall(data)


def serve_tcp(name, port):
    with socket.create_server(("", port)) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=converse, args=(connection, name), daemon=True).start()


def serve_udp(name, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("", port))
        while True:
            _, peer = server.recvfrom(4096)
            server.sendto(f"{name} {peer[0]}\n".encode(), peer)


def serve(name, ports):
    for port in ports:
        threading.Thread(target=serve_tcp, args=(name, int(port)), daemon=True).start()
        threading.Thread(target=serve_udp, args=(name, int(port)), daemon=True).start()
    print("serving", flush=True)
    threading.Event().wait()


def one(protocol, address, port):
    try:
        if protocol == "udp":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(LIMIT)
                client.connect((address, port))
                client.send(b"hello")
                return client.recv(4096).decode().strip()
        with socket.create_connection((address, port), LIMIT) as client:
            client.settimeout(LIMIT)
            return client.recv(4096).decode().strip()
    except ConnectionRefusedError:
        return "refused"
    except (TimeoutError, socket.timeout):
        return "silence"
    except OSError as error:
        return error.strerror


def hold(address, port):
    with socket.create_connection((address, port), LIMIT) as client:
        client.settimeout(LIMIT)
        print(client.recv(4096).decode().strip(), flush=True)
        for line in sys.stdin:
            try:
                client.sendall(line.encode())
                print(client.recv(4096).decode().strip() or "closed", flush=True)
            except OSError:
                print("lost", flush=True)


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3:])
elif sys.argv[1] == "ask":
    for _ in range(int(sys.argv[5])):
        print(one(sys.argv[2], sys.argv[3], int(sys.argv[4])), flush=True)
else:
    hold(sys.argv[2], int(sys.argv[3]))
