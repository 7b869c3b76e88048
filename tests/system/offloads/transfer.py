#!/usr/bin/env python3
"""One end of a TCP transfer; the last word printed is the hash of what went: transfer.py take|give ADDRESS PORT MIB"""

import hashlib
import os
import socket
import sys

CHUNK = 1 << 20


def take(connection, digest):
    while True:
        data = connection.recv(CHUNK)
        if not data:
            return
        digest.update(data)


def give(connection, digest, mib):
    block = os.urandom(2 * CHUNK)
    for number in range(mib):
        start = 4099 * number % CHUNK
        data = memoryview(block)[start:start + CHUNK]
        connection.sendall(data)
        digest.update(data)
    connection.shutdown(socket.SHUT_WR)


def main():
    verb, address, port, mib = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    digest = hashlib.sha256()
    if verb == "take":
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, port), family=family) as server:
            print("listens", flush=True)
            connection, _ = server.accept()
            with connection:
                take(connection, digest)
    else:
        with socket.create_connection((address, port), timeout=60) as connection:
            give(connection, digest, mib)
    print(digest.hexdigest(), flush=True)


if __name__ == "__main__":
    main()
