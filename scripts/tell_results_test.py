"""Skipped tests are told apart, with the reason that they gave."""

import unittest

from tell_results import sum_up

REPORT = """<?xml version="1.0" encoding="UTF-8"?>
<testsuite name="(empty)" tests="5" failures="1" disabled="0" skipped="3">
  <testcase name="one" status="run"><system-out>skipped: not me, I passed</system-out></testcase>
  <testcase name="two" status="fail"><failure message=""/><system-out>boom</system-out></testcase>
  <testcase name="system.kernel" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/>
    <system-out>looking\nskipped: iperf3 is not installed\n</system-out></testcase>
  <testcase name="Ethdev.Capability" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>
    <system-out>[ RUN      ] x\na_test.cc:9: Skipped\nroot has them all\n\n[  SKIPPED ] x (0 ms)\n</system-out></testcase>
  <testcase name="silent" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
</testsuite>
"""


class TellResults(unittest.TestCase):
    def test_each_skipped_test_has_its_reason_and_none_counts_as_passed(self):
        self.assertEqual(sum_up("release", REPORT), ([
            "release: skipped system.kernel: iperf3 is not installed",
            "release: skipped Ethdev.Capability: root has them all",
            "release: skipped silent: it gives no reason",
            "release: 1 passed, 3 skipped, 1 failed"], 1))

    def test_a_run_of_skipped_tests_only_has_passed_nothing(self):
        only = '<testsuite><testcase name="a" status="notrun"><skipped message=""/></testcase></testsuite>'
        self.assertEqual(sum_up("debug", only)[1], 0)
        self.assertEqual(sum_up("debug", "<testsuite/>"), (["debug: 0 passed, 0 skipped, 0 failed"], 0))


if __name__ == "__main__":
    unittest.main()
