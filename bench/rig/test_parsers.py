"""What the peers print, as DPDK 22.11 and Open vSwitch 3.1 print it."""

import json
import unittest

import ovs
import segment
import testpmd
from processes import Unfit

PORT_STATS = """
  ######################## NIC statistics for port 0  ########################
  RX-packets: 74888128   RX-missed: 0          RX-bytes:  4493287680
  RX-errors: 0
  RX-nombuf:  0         
  TX-packets: 0          TX-errors: 0          TX-bytes:  0

  Throughput (since last show)
  Rx-pps:     34771193          Rx-bps:  16690172672
  Tx-pps:            0          Tx-bps:            0
  ############################################################################

  ######################## NIC statistics for port 1  ########################
  RX-packets: 0          RX-missed: 0          RX-bytes:  0
  RX-errors: 0
  RX-nombuf:  0         
  TX-packets: 74718720   TX-errors: 0          TX-bytes:  0

  Throughput (since last show)
  Rx-pps:            0          Rx-bps:            0
  Tx-pps:     34772205          Tx-bps:            0
"""
FORWARDING = "\n  CPU cycles/packet=55.66 (total cycles=1938100602 / total mac packets=34820096) at 2000 MHz Clock\n"

DATAPATH = """netdev@ovs-netdev:
  lookups: hit:100 missed:7 lost:0
  flows: 1
  port 0: ovs-netdev (tap)
    RX packets:0 errors:0 dropped:0 overruns:0 frame:0
    TX packets:0 errors:0 dropped:0 aborted:0 carrier:0
    collisions:0
    RX bytes:0  TX bytes:0
  port 2: p0 (dpdk: configured_rx_queues=1, mtu=1500)
    RX packets:12 errors:0 dropped:0 overruns:? frame:?
    TX packets:3 errors:0 dropped:0 aborted:? carrier:?
    collisions:?
    RX bytes:720  TX bytes:180
  port 3: p1 (dpdk: configured_rx_queues=1, mtu=1500)
    RX packets:0 errors:0 dropped:0 overruns:? frame:?
    TX packets:11 errors:0 dropped:0 aborted:? carrier:?
    collisions:?
    RX bytes:0  TX bytes:660
"""
THREADS = """pmd thread numa_id 0 core_id 0:
  packets received: 17042432
  avg cycles per packet: 245.02 (4175763180/17042432)
  avg processing cycles per packet: 239.61 (4083543240/17042432)
main thread:
  packets received: 0
"""


class Testpmd(unittest.TestCase):
    def test_counters_and_rates_belong_to_their_port(self):
        ports = testpmd.parse_port_stats(PORT_STATS)
        self.assertEqual(ports[0], {"rx_packets": 74888128, "tx_packets": 0, "rx_pps": 34771193, "tx_pps": 0,
                                    "rx_bps": 16690172672, "tx_bps": 0})
        self.assertEqual(ports[1]["tx_pps"], 34772205)

    def test_an_answer_without_ports_has_none(self):
        self.assertEqual(testpmd.parse_port_stats("testpmd> "), {})

    def test_cycles_are_known_only_where_frames_came(self):
        self.assertEqual(testpmd.parse_cycles(FORWARDING), 55.66)
        self.assertIsNone(testpmd.parse_cycles("  TX-packets: 0"))


class Ovs(unittest.TestCase):
    def test_packets_belong_to_their_port(self):
        self.assertEqual(ovs.parse_ports(DATAPATH), {"ovs-netdev": (0, 0, 0), "p0": (12, 3, 180), "p1": (0, 11, 660)})

    def test_lookups_are_hits_and_misses(self):
        self.assertEqual(ovs.parse_lookups(DATAPATH), (100, 7))

    def test_cycles_are_those_of_busy_turns(self):
        self.assertEqual(ovs.parse_cycles(THREADS), 239.61)
        self.assertIsNone(ovs.parse_cycles("main thread:\n  packets received: 0\n"))


class Segment(unittest.TestCase):
    def test_rates_are_of_time_that_passed(self):
        row = {"name": "BM_cut", "items_per_second": 2e6, "bytes_per_second": 2.9e9, "cycles": 1000.0,
               "real_time": 10.0, "cpu_time": 5.0}
        got = segment.parse(json.dumps({"benchmarks": [row]}))
        self.assertEqual((got.mpps, round(got.gbps, 3), got.cycles), (1, 11.6, 1000))

    def test_a_name_that_fits_nothing_is_no_figure(self):
        with self.assertRaises(Unfit):
            segment.parse('{"benchmarks": []}')


if __name__ == "__main__":
    unittest.main()
