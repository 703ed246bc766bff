"""The script of docs/ci.md, as another project's pipeline runs it: in that project's checkout, with no index.

check: deadline 300
"""

import os
import re
import subprocess
from pathlib import Path

from _harness import BENCHMARK, SKIPPED, Check, main
from _versions import MODULE, Places, find_uv, make

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
# Of one pair, and each with reference.
BLOCKS = "8"
SLOWER = MODULE.replace("def get(client, request):\n", "def get(client, request):\n    time.sleep(0.03)\n")


class Gate(Places, Check):
    def gate(self, folder):
        """Runs it in the folder of the change: its exit status, what it says, and what it leaves."""
        script = re.search(r"```shell\n(#!/bin/sh\n.*?)```", (DOCS / "ci.md").read_text(), re.S)[1]
        out = self.folder / "out" / folder.name
        out.mkdir(parents=True)
        # Working time ends a block, not the budget: a busy machine may need longer for its starts.
        script = script.replace("--budget", "--timeout 0.3 --concurrency 4 --budget")
        words = {"MINE": "mylib", "RELEASED": "1.0", "OUT": str(out), "BUDGET": "600", "BLOCKS": BLOCKS}
        words["UV_FIND_LINKS"] = str(self.folder / "index")
        words["PATH"] = f"{Path(BENCHMARK).parent}:{os.environ['PATH']}"
        before = sorted(folder.rglob("*"))
        result = subprocess.run(
            ["/bin/sh", "-c", script],
            cwd=folder,
            env={**os.environ, **self.env, **words},
            capture_output=True,
            text=True,
            timeout=280,
        )
        self.assertEqual(sorted(folder.rglob("*")), before, "it wrote into the checkout")
        self.assertIn('id="document"', (out / "report.html").read_text())
        self.assertIn((out / "changes.md").read_text(), result.stdout)
        return result

    def test_no_folder_of_libraries(self):
        """A library of this project needs none: what the script sets, any command takes."""
        script = re.search(r"```shell\n(#!/bin/sh\n.*?)```", (DOCS / "ci.md").read_text(), re.S)[1]
        (self.folder / "bin").mkdir()
        (self.folder / "bin/benchmark").write_text(f'#!/bin/sh\nexec "{Path(BENCHMARK).resolve()}" list\n')
        (self.folder / "bin/benchmark").chmod(0o755)
        env = {name: value for name, value in os.environ.items() if name != "GEOIO_TESTS"}
        env |= {
            "MINE": "obstore",
            "RELEASED": "0.12.1",
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
        }
        subprocess.run(
            ["/bin/sh", "-c", script], cwd=self.folder, env=env, check=True, stdout=subprocess.DEVNULL
        )

    def test_a_change(self):
        """One that makes it slower fails."""
        make(self.folder / "index", "1.0", MODULE.format(version="1.0", says="released"))
        slower = self.project("slower", "slower", version="1.1")
        module = "import time\n\n" + SLOWER.format(version="1.1", says="slower")
        (slower / "mylib/__init__.py").write_text(module)
        result = self.gate(slower)
        self.assertEqual(result.returncode, 3, result)
        self.assertRegex(result.stdout, r"\*\*FAILED: something is broken, or proven worse")
        self.assertRegex(result.stdout, r"\| mylib@\./ .* against mylib@1\.0 .*\*\*slower by \d")


if __name__ == "__main__":
    if not find_uv():
        print("no uv: run tools/setup-envs --print-uv")
        raise SystemExit(SKIPPED)
    main()
