"""Medians, ratios, bars and what is printed of them."""

import pathlib
import unittest

import bars
import cases
import report
from figures import Measurement, paired_ratio, summary


def row(variant, dut, rounds, **more):
    return {"case": "switch", "variant": variant, "dut": dut, **more,
            **summary([Measurement(rate, 100, 0.0, 0.01) for rate in rounds])}


class Figures(unittest.TestCase):
    def test_a_row_has_the_median_and_the_spread(self):
        got = summary([Measurement(3, 30, 0.1), Measurement(1, 10, 0.3, 0.5), Measurement(2, 20, 0.2)])
        self.assertEqual((got["mpps"], got["mpps_min"], got["mpps_max"]), (2, 1, 3))
        self.assertEqual((got["cycles"], got["loss"], got["steal"]), (20, 0.2, 0.5))
        self.assertEqual(got["rounds"], [3, 1, 2])

    def test_without_rounds_there_are_no_figures(self):
        self.assertEqual(summary([]), {})
        self.assertIsNone(paired_ratio([], [1]))

    def test_a_ratio_is_the_median_of_neighbours(self):
        # The machine slowed down by half meanwhile; the ratio did not.
        self.assertEqual(paired_ratio([8, 4, 2], [16, 8, 4]), {"got": 0.5, "min": 0.5, "max": 0.5})



class Bars(unittest.TestCase):
    BAR = bars.Bar("switch/macs=1 sealane", "switch/macs=1 ovs*", required=2.2, hoped=3)

    def judged(self, *rows):
        return bars.judge(rows, [self.BAR])

    def test_the_best_setting_of_a_peer_is_the_one_to_beat(self):
        one = self.judged(row("macs=1", "sealane", [22]), row("macs=1", "ovs", [8]), row("macs=1", "ovs smc", [10]))[0]
        self.assertEqual((one["over"], one["got"], one["met"], one["hope_met"]),
                         ("switch/macs=1 ovs smc", 2.2, True, False))

    def test_a_bar_just_missed_is_missed(self):
        self.assertFalse(self.judged(row("macs=1", "sealane", [21.9]), row("macs=1", "ovs", [10]))[0]["met"])

    def test_frames_of_different_sizes_are_compared_by_bytes(self):
        bar = bars.Bar("switch/big sealane", "switch/small sealane", required=6, hoped=10, rounds="rounds_gbps")
        rows = [{"case": "switch", "variant": variant, "dut": "sealane", **summary([Measurement(1, 1, 0, gbps=gbps)])}
                for variant, gbps in (("big", 40), ("small", 5))]
        self.assertEqual(bars.judge(rows, [bar])[0]["got"], 8)

    def test_what_was_not_run_is_not_judged(self):
        self.assertEqual(self.judged(row("macs=1", "sealane", [22])), [])
        self.assertEqual(self.judged(row("macs=1", "sealane", [22]), row("macs=1", "ovs", [], error="gone")), [])
        self.assertEqual(self.judged(row("macs=1024", "sealane", [22]), row("macs=1", "ovs", [10])), [])


    def test_every_bar_is_of_rows_that_there_can_be(self):
        rig = cases.Rig(pathlib.Path("build"), 2e9, pathlib.Path("folder"))
        rows = {f"{one.name} {entry.dut}" for one in cases.all_comparisons(rig) for entry in one.entries}
        for bar in bars.BARS:
            self.assertIn(bar.of, rows)
            self.assertTrue(any(row.startswith(bar.over.rstrip("*")) for row in rows), bar.over)


class Report(unittest.TestCase):
    def test_a_row_without_figures_is_there_with_its_reason(self):
        text = report.table([row("macs=1", "sealane", [22.0], size=64), row("macs=1", "ovs", [], error="no memory")])
        self.assertIn("22.00", text)
        self.assertIn("switch/macs=1 ovs: no memory", text)

    def test_columns_stand_under_each_other(self):
        lines = report.layout([{"a": "long word", "b": 1}, {"a": "x", "b": 100}], (("a", "A"), ("b", "B")), {"b"})
        self.assertEqual(lines.splitlines(), ["A            B", "long word    1", "x          100"])

    def test_a_missed_bar_is_said_to_be_missed(self):
        ratios = Bars().judged(row("macs=1", "sealane", [10]), row("macs=1", "ovs", [10]))
        self.assertIn("MISSED", report.bars(ratios))


if __name__ == "__main__":
    unittest.main()
