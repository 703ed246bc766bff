"""Certificates for the checks, made by openssl, and TLS in front of a plain server."""

import asyncio
import ssl
import subprocess
from pathlib import Path

from _serving import Serving


def _openssl(folder, *words):
    subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


class Authority:
    """A certificate authority in a folder. ca_file: what to trust."""

    def __init__(self, folder, name="ca"):
        self.folder, self.name = Path(folder), name
        self.ca_file = self.folder / f"{name}.pem"
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        words += ["-days", "30", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        _openssl(folder, *words, "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def server(self, names="IP:127.0.0.1,DNS:localhost"):
        """Returns the ssl.SSLContext of a server of these names."""
        file = names.translate(str.maketrans(":,", "--"))
        words = ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        _openssl(self.folder, *words, "-subj", "/CN=store", "-keyout", f"{file}.key", "-out", f"{file}.csr")
        (self.folder / f"{file}.ext").write_text(
            f"subjectAltName={names}\nauthorityKeyIdentifier=keyid\nextendedKeyUsage=serverAuth\n"
        )
        words = ["x509", "-req", "-days", "20", "-in", f"{file}.csr", "-extfile", f"{file}.ext"]
        words += ["-CA", f"{self.name}.pem", "-CAkey", f"{self.name}.key", "-CAcreateserial"]
        _openssl(self.folder, *words, "-out", f"{file}.pem")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{file}.pem", self.folder / f"{file}.key")
        return context


class Front(Serving):
    """Speaks TLS with clients and hands the bytes to a plain server."""

    def __init__(self, context, host, port):
        self._to = (host, port)
        super().__init__(context)

    async def _serve(self, reader, writer):
        to_reader, to_writer = await asyncio.open_connection(*self._to)
        try:
            await asyncio.gather(self._pump(reader, to_writer), self._pump(to_reader, writer))
        finally:
            to_writer.close()
            writer.close()

    @staticmethod
    async def _pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except (ConnectionError, ssl.SSLError):
            pass
        writer.close()
