"""What is said of a store whose TLS is not as it should be: each cause has advice of its own.

check: deadline 120
"""

import socket
import threading

from _harness import Check, main
from _tls import Authority, Front


class Advice(Check):
    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder)
        origin = self.enterContext(self.origin("--keys", "2"))
        self.plain = (origin.host, origin.port)

    def front(self, context):
        front = Front(context, *self.plain)
        self.addCleanup(front.stop)
        return front.port

    def said(self, url, *parts, ca_file=None):
        words = ["data", "plan", "--endpoint", url, "--anonymous", "--limit", 1]
        words += ["--ca-file", ca_file] if ca_file else []
        self.assert_sentence(self.benchmark(*words, status=1).stderr, *parts)

    def test_unknown_authority(self):
        port = self.front(self.authority.server())
        self.said(f"https://127.0.0.1:{port}", r"not known here: give --ca-file")
        other = Authority(self.folder, "other").ca_file
        self.said(f"https://127.0.0.1:{port}", r"give --ca-file", ca_file=other)

    def test_another_name(self):
        port = self.front(self.authority.server("DNS:other.example"))
        for host in ("127.0.0.1", "localhost"):
            sentence = r"certificate is for another name: give the endpoint by the name"
            self.said(f"https://{host}:{port}", sentence, ca_file=self.authority.ca_file)

    def test_plain_http_where_tls_was_asked_for(self):
        self.said("https://{}:{}".format(*self.plain), r"does not speak TLS there: give http:// for https://")

    def test_tls_where_plain_http_was_asked_for(self):
        port = self.front(self.authority.server())
        self.said(f"http://127.0.0.1:{port}", r"give https:// where the port is for TLS")

    def test_what_is_no_http(self):
        """A server that speaks first, as SSH does."""

        def greet():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                    connection.recv(65536)

        with socket.create_server(("127.0.0.1", 0)) as server:
            threading.Thread(target=greet, daemon=True).start()
            self.said(f"http://127.0.0.1:{server.getsockname()[1]}", r"what comes is no HTTP")
            server.shutdown(socket.SHUT_RDWR)


if __name__ == "__main__":
    main()
