#!/usr/bin/env python3
"""What is reckoned and read beside the runs themselves: no process, no network."""

import unittest

import keepalived
from figures import Figures, peer_table, ratios


def window(outward_ms, inward_ms, lost=0):
    def stream(outage_ms):
        return {"outage_ms": outage_ms, "lost": lost, "duplicated": 0, "reordered": 0, "sent": 100, "sender_gap_ms": 0.5}
    return {"streams": {"outward": stream(outward_ms), "inward": stream(inward_ms)}, "role_changes": 2, "overflowed": 0}


def figures_of(*windows):
    figures = Figures()
    for one in windows:
        figures.add(one)
    return figures.through_as_json()


class PeerFigures(unittest.TestCase):
    def test_the_worst_stream_of_each_window_counts(self):
        found = figures_of(window(30, 10), window(5, 20), window(40, 1, lost=3))
        self.assertEqual(found["outage_ms"], {"p50": 30, "p99": 40, "max": 40})
        self.assertEqual(found["inward_ms"], {"p50": 10, "p99": 20, "max": 20})
        self.assertEqual((found["runs"], found["lost"], found["sent"]), (3, 6, 600))

    def test_a_ratio_is_how_many_times_as_long_the_peer_takes(self):
        self.assertEqual(ratios(figures_of(window(4, 1), window(5, 1)), figures_of(window(30, 1), window(20, 1))),
                         {"p50": 5, "p99": 6, "max": 6})

    def test_nothing_is_no_measure_of_anything(self):
        self.assertEqual(ratios(figures_of(window(0, 0)), figures_of(window(30, 1))), {})

    def test_the_table_has_both_case_by_case_and_the_ratio_beside_the_peer(self):
        ours, theirs = figures_of(window(4, 1, lost=7)), figures_of(window(30, 1, lost=9))
        head, own, peer = peer_table({"sigkill": ours}, {"keepalived": {"sigkill": theirs}})
        self.assertIn("p50 ms", head)
        self.assertEqual(own.split(), ["sigkill", "sealane", "1", "4.0", "4.0", "4.0", "14", "0", "0"])
        self.assertEqual(peer.split(), ["sigkill", "keepalived", "1", "30.0", "30.0", "30.0", "18", "0", "0",
                                        "7.5,", "7.5,", "7.5"])


class Keepalived(unittest.TestCase):
    def test_its_log_says_on_which_side_it_became_master_and_how_often(self):
        log = ("Mon Nov 23 12:14:23 2026: (in) Receive advertisement timeout\n"
               "Mon Nov 23 12:14:23 2026: (in) Entering MASTER STATE\n"
               "Mon Nov 23 12:14:23 2026: (out) Entering MASTER STATE\n"
               "Mon Nov 23 12:14:24 2026: (in) Entering BACKUP STATE\n"
               "Mon Nov 23 12:14:25 2026: (in) Entering MASTER STATE\n")
        self.assertEqual(keepalived.masterships(log), ["in", "out", "in"])

    def test_an_address_is_the_hosts_own_only_as_a_whole_and_in_the_local_table(self):
        fib = "Main:\n  |-- 10.0.2.1\nLocal:\n  |-- 10.0.1.1\n     /32 host LOCAL\n  |-- 10.0.2.11\n"
        self.assertTrue(keepalived.has_addresses(fib, ["10.0.1.1"]))
        self.assertFalse(keepalived.has_addresses(fib, ["10.0.2.1"]))
        self.assertFalse(keepalived.has_addresses(fib, ["10.0.1.1", "10.0.2.1"]))

    def test_the_probes_go_to_the_virtual_routers_own_address(self):
        self.assertEqual([stream.dst for stream in keepalived.streams()], ["00:00:5e:00:01:33", "00:00:5e:00:01:34"])
        self.assertTrue(keepalived.streams()[0].words().endswith(" ip=10.0.1.9>10.0.2.9"))

    def test_the_first_router_is_preferred_and_time_is_in_seconds(self):
        self.assertIn("priority 200", keepalived.config_of(1, 10))
        self.assertIn("priority 150", keepalived.config_of(2, 10))
        self.assertEqual(keepalived.config_of(1, 10).count("advert_int 0.01\n"), 2)


if __name__ == "__main__":
    unittest.main()
