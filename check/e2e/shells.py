"""Shells complete commands by the program's own tables, and the manual page has all of them."""

import re
import shutil
import subprocess
from pathlib import Path

from _harness import BENCHMARK, Check, main

BASH = """
source ./script
COMP_WORDS=({words})
COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_benchmark "{program}"
printf '%s\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
autoload -Uz compinit && compinit -u -D
_describe() {{ print -l -- $found }}
source ./script
words=("{program}" {words}) CURRENT=$(( {count} + 1 ))
_benchmark
"""
FISH = """
source ./script
complete -C "benchmark {line}"
"""
LINES = (("run-test", "obst"), ("run-test", "obstore", "fetch_range", "--warm"), ("data", "man"))
WANTED = ("obstore", "--warm-up", "manifest")


class Shells(Check):
    def shell(self, name, text):
        (self.folder / "script").write_text(self.benchmark("completion", name).stdout)
        env = {"PATH": f"{Path(BENCHMARK).resolve().parent}:/usr/bin:/bin", "HOME": str(self.folder)}
        words = [name, *(["--norc"] if name == "bash" else ["-f"] if name == "zsh" else []), "-c", text]
        done = subprocess.run(words, cwd=self.folder, env=env, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def need(self, program):
        if not shutil.which(program):
            self.skipTest(f"{program} is missing: tools/packages --checks")

    def test_bash(self):
        (self.folder / "script").write_text(self.benchmark("completion", "bash").stdout)
        subprocess.run(["bash", "-n", self.folder / "script"], check=True)
        program = Path(BENCHMARK).resolve()
        for line, wanted in zip(LINES, WANTED, strict=True):
            text = BASH.format(words=" ".join(("benchmark", *line)), program=program)
            self.assertEqual(self.shell("bash", text), f"{wanted}\n")

    def test_bash_knows_the_function(self):
        said = self.shell("bash", "source ./script && complete -p benchmark")
        self.assertIn("-F _benchmark benchmark", said)

    def test_zsh(self):
        self.need("zsh")
        program = Path(BENCHMARK).resolve()
        for line, wanted in zip(LINES, WANTED, strict=True):
            text = ZSH.format(words=" ".join(line), program=program, count=len(line))
            self.assertTrue(self.shell("zsh", text).startswith(f"{wanted}:"))

    def test_fish(self):
        self.need("fish")
        for line, wanted in zip(LINES, WANTED, strict=True):
            self.assertTrue(self.shell("fish", FISH.format(line=" ".join(line))).startswith(wanted))

    def test_the_manual_has_all_options(self):
        page = self.benchmark("manual").stdout
        self.assertIn(r"benchmark \-\-version", page)
        listed = re.findall(r"^  ([a-z-]+)  ", self.benchmark("help").stdout, re.M)
        self.assertGreater(len(listed), 10)
        for command in listed:
            self.assertIn(f'.SS "benchmark {command}'.replace("-", "\\-"), page)
            for option in re.findall(r"^  --(\S+)", self.benchmark("help", command).stdout, re.M):
                self.assertIn(f"\n.B --{option}".replace("-", "\\-"), page)
        self.assertNotRegex(page, r"(?m)^Options: .*\?")

    def test_the_manual_is_troff(self):
        self.need("groff")
        page = self.benchmark("manual").stdout
        done = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-Kutf8"], input=page, capture_output=True, text=True
        )
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("--concurrency N", re.sub(r".\x08|\x1b\[[0-9;]*m", "", done.stdout))


if __name__ == "__main__":
    main()
