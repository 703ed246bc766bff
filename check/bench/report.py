"""The page of 10,000 trials: CPU time to write it, its size, and how long Chromium takes to draw it.

The trials are copies of a real one (check/_clones.py), in comparisons of four libraries and 12 blocks. Times
are judged as all absolute times are, where the machine lets it. Drawing is wall time of a browser that has
several processes: the least of several openings counts.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "browser"))
import _chromium
import _clones
from _bench import Machine, judge_seconds, say
from _common import BUILD, SKIPPED

TRIALS = 10_000
LIBRARIES = {"reference": 1.0, "one": 1.5, "two": 1.55, "three": 2.4}
BLOCKS = 12
WRITINGS, OPENINGS = 3, 5
WRITE_S, COMPARE_S, DRAWN_S, SIZE_BYTES = 3.0, 2.0, 2.0, 5_000_000
ALL_DRAWN = "document.body?.dataset.state === 'drawn'"
# Of the page's own clock: from its first byte until all of it was drawn.
SINCE = "performance.now() / 1000"


def clones():
    for number in range(TRIALS):
        library = list(LIBRARIES)[number % len(LIBRARIES)]
        block = number // len(LIBRARIES)
        comparison = _clones.identity(1 << 64 | block // BLOCKS)
        yield _clones.Clone(library, comparison, block % BLOCKS, LIBRARIES[library])


def operations(path):
    words = [BUILD / "benchmark", "get-results", "-", "--db", path]
    lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    at = lines[0].split(",").index("number_successes")
    # No field before it has a comma but the quoted parameters.
    return sum(int(line.replace(', "', "").split(",")[at]) for line in lines[1:])


def cpu_of(*words):
    """CPU seconds of one command."""
    before = os.times()
    subprocess.run([BUILD / "benchmark", *words], stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def draw(browser, page):
    """Seconds until all was drawn."""
    browser.command("Page.navigate", url="about:blank")
    browser.command("Page.navigate", url=f"file://{Path(page).resolve()}")
    until = time.monotonic() + _chromium.PATIENCE_S
    while not browser.evaluate(ALL_DRAWN):
        assert time.monotonic() < until, "the page was not drawn"
        time.sleep(0.005)
    return browser.evaluate(SINCE)


def main():
    program = _chromium.find()
    if not program:
        print("there is no chromium: apt-get install --no-install-recommends chromium")
        sys.exit(SKIPPED)
    _clones.fill("many.db", _clones.start("many.db"), clones())
    # As a run of this program leaves a database: of its own schema, and with results.
    subprocess.run(
        [BUILD / "benchmark", "db", "upgrade", "--db", "many.db"], stdout=subprocess.DEVNULL, check=True
    )
    begin = time.monotonic()
    made = operations("many.db")
    seconds = time.monotonic() - begin
    print(f"{TRIALS:,} trials of {made / 1e6:,.0f} million operations; results made in {seconds:.1f} s")
    machine = Machine()
    written = [cpu_of("report", "many.html", "--db", "many.db") for _ in range(WRITINGS)]
    pair = ("--library", "one", "--library", "two")
    compared = [cpu_of("compare", "many.db", *pair) for _ in range(WRITINGS)]
    size = Path("many.html").stat().st_size
    with _chromium.Chromium(program) as browser:
        browser.look(1280, 900)
        drawn = [draw(browser, "many.html") for _ in range(OPENINGS)]
    print(f"written in {min(written):.2f} s of CPU, {size / 1e6:.2f} MB; compared in {min(compared):.2f} s")
    print(f"drawn in {min(drawn):.2f} to {max(drawn):.2f} s")
    noise = machine.noise()
    results = [
        judge_seconds(f"report_of_{TRIALS}_trials_of_{WRITE_S:.0f}_s", written, WRITE_S, noise),
        judge_seconds(f"comparison_of_{TRIALS}_trials_of_{COMPARE_S:.0f}_s", compared, COMPARE_S, noise),
        judge_seconds(f"report_of_{TRIALS}_trials_drawn_in_{DRAWN_S:.0f}_s", drawn, DRAWN_S, noise),
        say(
            f"report_of_{TRIALS}_trials_of_5_MB",
            size / SIZE_BYTES,
            1.0,
            "ok" if size <= SIZE_BYTES else "over",
        ),
    ]
    sys.exit(not all(results))


if __name__ == "__main__":
    main()
