"""The ends of connections in the test of a node's network.

serve NAME PORT...   answers on TCP and UDP "NAME CLIENT-ADDRESS"; a TCP connection stays open and echoes lines
ask PROTOCOL ADDRESS PORT COUNT   prints one answer a line, each over a connection of its own, or what was wrong
resolve PROTOCOL SERVER NAME   prints the code of a name server's response and the addresses in it
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


def skip_name(message, at):
    while message[at] != 0:
        if message[at] >= 0xC0:
            return at + 2
        at += message[at] + 1
    return at + 1


def resolve(protocol, server, name):
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0\0\1\0\1"
    query = b"\x12\x34\1\0\0\1\0\0\0\0\0\0" + question
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    with socket.socket(socket.AF_INET, kind) as client:
        client.settimeout(5)
        client.connect((server, 53))
        if protocol == "udp":
            client.send(query)
            message = client.recv(4096)
        else:
            client.sendall(len(query).to_bytes(2, "big") + query)
            with client.makefile("rb") as stream:
                message = stream.read(int.from_bytes(stream.read(2), "big"))
    out = [str(message[3] & 0xF)]
    at = 12 + len(question)
    for _ in range(int.from_bytes(message[6:8], "big")):
        at = skip_name(message, at)
        size = int.from_bytes(message[at + 8 : at + 10], "big")
        if message[at : at + 2] == b"\0\1":
            out.append(socket.inet_ntoa(message[at + 10 : at + 14]))
        at += 10 + size
    print(*out)


if sys.argv[1] == "serve":
    serve(sys.argv[2], sys.argv[3:])
elif sys.argv[1] == "ask":
    for _ in range(int(sys.argv[5])):
        print(one(sys.argv[2], sys.argv[3], int(sys.argv[4])), flush=True)
elif sys.argv[1] == "resolve":
    resolve(sys.argv[2], sys.argv[3], sys.argv[4])
else:
    hold(sys.argv[2], int(sys.argv[3]))
