"""tools/embed: texts that are hard to put into C come out of the compiled program as they were."""

import os
import shlex
import subprocess
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
FLAGS = ("-std=c17", "-Wall", "-Wextra", "-Werror", f"-I{TOP / 'src'}")
PRINTS = """
#include <stdio.h>
#include "base/embedded.h"
int main(void)
{
	for (const struct embedded *e = embedded_hard; e->name; e++)
		printf("%s%c%s%c", e->name, 0, e->text, 0);
	return 0;
}
"""
TEXTS = {
    "short.txt": "a\n\n\ttab\n",
    "escapes.js": 'a = "\\"; b = \'\\n\\0\\x41\\101\'; c = /\\?\\\\"/; // \\\n',
    "trigraphs.js": "??/ ??= ??( a ??= b ?? c ???; <: %:\n",
    "percent.css": "%s%n 100%\n",
    "utf8.js": "µ ↑↓→← 🗺 \u00ad\u200b\n",
    "long.js": "x" * 5000 + "\n",
    # A cut falls behind the backslash of an escape too, and everywhere in a character.
    "long_escapes.js": "".join("." * n + '\\"?' * 2000 + "\n" for n in range(2)),
    "long_utf8.js": "".join("." * n + "→" * 1500 + "🗺" * 1100 + "\n" for n in range(4)),
}


class Embed(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def embed(self, *paths):
        command = [TOP / "tools/embed", "hard", *paths]
        return subprocess.run(command, capture_output=True)

    def write(self):
        for name, text in TEXTS.items():
            path = self.folder / name
            path.write_text(text, encoding="utf-8")
            yield path

    def compiled(self, source):
        code = self.folder / "hard.c"
        code.write_bytes(source + PRINTS.encode())
        compiler = shlex.split(os.environ.get("CC", "gcc"))
        program = self.folder / "hard"
        made = subprocess.run([*compiler, *FLAGS, "-o", program, code], capture_output=True, text=True)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        return subprocess.run([program], capture_output=True, check=True).stdout

    def test_all_bytes_survive(self):
        made = self.embed(*self.write())
        self.assertEqual((made.returncode, made.stderr), (0, b""))
        *words, end = self.compiled(made.stdout).split(b"\0")
        self.assertEqual(end, b"")
        texts = {name.decode(): text.decode() for name, text in zip(words[::2], words[1::2], strict=True)}
        self.assertEqual(texts, TEXTS)

    def test_no_two_have_one_name(self):
        (self.folder / "more").mkdir()
        paths = [self.folder / "plot.js", self.folder / "more/plot.js"]
        for path in paths:
            path.write_text("a\n")
        made = self.embed(*paths)
        self.assertEqual((made.returncode, made.stdout), (1, b""))
        self.assertIn(b"plot.js", made.stderr)


if __name__ == "__main__":
    unittest.main()
