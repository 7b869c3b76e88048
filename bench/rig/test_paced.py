"""The search for the highest rate without loss, and what the load says."""

import json
import unittest

import paced
import report
from figures import Measurement, summary
from processes import Unfit


def trial(mpps, tried, received, seconds=1.0, **more):
    return paced.Trial(json.dumps({"mpps": mpps, "seconds": seconds, "tried": tried, "received": received, **more}))


class Search(unittest.TestCase):
    def found(self, highest, limit, fails=()):
        asked = []

        def try_rate(rate):
            asked.append(rate)
            frames = round(rate * 1e6)
            lost = 100 if rate > highest or len(asked) in fails else 0
            return trial(rate, frames, frames - lost)

        best = paced.search(try_rate, limit)
        return best and best.rate("tried"), asked

    def test_it_comes_within_a_64th_of_the_limit_and_never_above(self):
        for highest in (0.3, 3.14, 9.99):
            got, _ = self.found(highest, 10)
            self.assertLessEqual(got, highest)
            self.assertGreater(got, highest - 10 / 2 ** (paced.STEPS - 1))

    def test_a_limit_that_loses_nothing_is_the_answer(self):
        self.assertEqual(self.found(10, 10), (10, [10]))

    def test_a_rate_is_given_up_only_after_losing_again(self):
        self.assertEqual(self.found(10, 10, fails=(1,)), (10, [10, 10]))

    def test_if_each_rate_loses_there_is_none(self):
        best, asked = self.found(0, 10)
        self.assertIsNone(best)
        self.assertEqual(len(asked), paced.STEPS * paced.TRIES)


class Trial(unittest.TestCase):
    def test_a_frame_in_a_million_may_be_lost(self):
        self.assertTrue(trial(1, 1_000_000, 999_999).passes(paced.NONE_LOST))
        self.assertFalse(trial(1, 1_000_000, 999_998).passes(paced.NONE_LOST))

    def test_where_some_may_be_lost_no_more_may(self):
        self.assertTrue(trial(0.001, 1000, 995).passes(0.005))
        self.assertFalse(trial(0.001, 1000, 994).passes(0.005))

    def test_a_load_that_does_not_keep_up_proves_nothing(self):
        self.assertTrue(trial(1, 980_000, 980_000).passes(paced.NONE_LOST))
        self.assertFalse(trial(1, 979_999, 979_999).passes(paced.NONE_LOST))

    def test_nothing_sent_is_all_lost(self):
        self.assertEqual(trial(1, 0, 0).loss, 1)

    def test_rates_are_of_the_time_that_was_asked_for(self):
        self.assertEqual(trial(1, 500_000, 250_000, seconds=0.5).rate("received"), 0.5)

    def test_a_line_that_the_load_did_not_understand_is_no_trial(self):
        with self.assertRaises(Unfit):
            paced.Trial('{"error": "a trial is: MPPS SECONDS [both]"}')


class Rows(unittest.TestCase):
    def test_rows_with_latency_have_medians_of_its_percentiles(self):
        rounds = [Measurement(1, 0, 0, p50=p50, p99=2 * p50, p999=9) for p50 in (5, 3, 4)]
        row = {"case": "latency", "variant": "load=10", "dut": "sealane", **summary(rounds)}
        self.assertEqual((row["p50"], row["p99"], row["p999"]), (4, 8, 9))
        self.assertIn("p99.9 us", report.table([row]))

    def test_others_have_none(self):
        row = {"case": "switch", "variant": "macs=1", "dut": "sealane", **summary([Measurement(1, 0, 0)])}
        self.assertNotIn("p50", row)
        self.assertNotIn("p50", report.table([row]))


if __name__ == "__main__":
    unittest.main()
