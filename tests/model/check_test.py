"""What check.py takes for an answer."""
import unittest

import check

COMPLETE = "State-vector 156 byte, depth reached 668, errors: 0\n"
FOUND = "pan:1: assertion violated (a==b) (at depth 341)\nState-vector 156 byte, depth reached 9, errors: 1\n"
CYCLE = "pan:1: acceptance cycle (at depth 489)\nState-vector 164 byte, depth reached 9, errors: 1\n"


class Verdict(unittest.TestCase):
    def test_a_complete_search_without_errors_holds(self):
        self.assertEqual(check.verdict(COMPLETE, "safety"), "holds")

    def test_a_search_cut_short_holds_nothing(self):
        for words in ("error: max search depth too small\n", "Warning: Search not completed\n",
                      "pan: out of memory\n"):
            self.assertIn("not complete", check.verdict(words + COMPLETE, "safety"))

    def test_no_verdict_of_pan_is_none(self):
        self.assertEqual(check.verdict("gcc: error\n", "safety"), "pan did not come to an end")

    def test_only_the_error_that_is_sought_fails(self):
        self.assertEqual(check.verdict(FOUND, "safety"), "fails")
        self.assertEqual(check.verdict(CYCLE, "liveness"), "fails")
        self.assertEqual(check.verdict(FOUND, "liveness"), "another error than the one sought")
        self.assertEqual(check.verdict(CYCLE, "safety"), "another error than the one sought")


if __name__ == "__main__":
    unittest.main()
