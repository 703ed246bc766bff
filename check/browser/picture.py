"""picture.py REPORT.html OUT.png: the upper part of a report's page, as a browser shows it."""

import base64
import sys
from pathlib import Path

from _chromium import Chromium, find

WIDTH, HEIGHT = 1200, 1650
DRAWN = "document.body && document.body.dataset.state === 'drawn'"


def main():
    page, out = map(Path, sys.argv[1:3])
    with Chromium(find()) as browser:
        shape = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        browser.command("Emulation.setDeviceMetricsOverride", **shape)
        browser.open(page.resolve().as_uri())
        browser.wait_for(DRAWN)
        shot = browser.command("Page.captureScreenshot", format="png")["data"]
    out.write_bytes(base64.b64decode(shot))


if __name__ == "__main__":
    main()
