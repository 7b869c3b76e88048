#!/usr/bin/env python3
"""Says how a run of ctest ended: tell_results.py NAME JUNIT_FILE

ctest counts a skipped test as passed in its closing line and keeps the reason in a log.  Here each
skipped test has a line with its reason, and the last line counts them apart.  Exit 1 if nothing passed.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

OF_SCRIPT = re.compile(r"^skipped: (.+)$", re.MULTILINE)  # tests/system/support/prepare.sh
OF_GOOGLETEST = re.compile(r": Skipped\n(.+)$", re.MULTILINE)


def reason_in(output):
    found = [*OF_SCRIPT.findall(output), *OF_GOOGLETEST.findall(output)]
    return found[-1].strip() if found else "it gives no reason"


def sum_up(name, report):
    """The lines to print, and how many tests passed."""
    passed, failed, skipped = 0, 0, []
    for test in ElementTree.fromstring(report).iter("testcase"):
        if test.find("skipped") is not None or test.get("status") in ("notrun", "disabled"):
            skipped.append(f"{test.get('name')}: {reason_in(test.findtext('system-out') or '')}")
        elif test.find("failure") is not None or test.get("status") == "fail":
            failed += 1
        else:
            passed += 1
    lines = [f"{name}: skipped {line}" for line in skipped]
    return [*lines, f"{name}: {passed} passed, {len(skipped)} skipped, {failed} failed"], passed


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as file:
        told, good = sum_up(sys.argv[1], file.read())
    print(*told, sep="\n")
    sys.exit(0 if good else 1)
