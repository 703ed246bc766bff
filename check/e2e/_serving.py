"""A server of asyncio beside a check, on a thread of its own."""

import asyncio
import threading


class Serving:
    """Serves on 127.0.0.1 until stop(). port: where. A heir has `async def _serve(self, reader, writer)`."""

    def __init__(self, tls=None):
        """tls: an ssl.SSLContext, or None."""
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        ready.wait()

    def _run(self, ready):
        asyncio.set_event_loop(self._loop)
        # A client that does not trust us is no news.
        self._loop.set_exception_handler(lambda loop, context: None)
        starting = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls, backlog=1000)
        self._server = self._loop.run_until_complete(starting)
        self.port = self._server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        self._server.close()
        pending = asyncio.all_tasks(self._loop)
        for task in pending:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self._loop.close()

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
