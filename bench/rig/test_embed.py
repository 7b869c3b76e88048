"""What emulators attach by: configurations, answers, and the window that each way is best with."""

import pathlib
import types
import unittest

import embed
from load import Cores
from processes import Unfit


class Embed(unittest.TestCase):
    def test_each_client_has_a_port_of_the_kind(self):
        specs = embed.ports("shm", pathlib.Path("/f"))
        text = embed.configuration(Cores(), specs).text()
        self.assertIn('port: {type: shm, listen: "/f/shm1.sock"}', text)
        self.assertIn('port: {type: shm, listen: "/f/shm2.sock"}', text)
        self.assertEqual(text.count("type: client"), 2)

    def test_an_answer_that_is_a_fault_is_one(self):
        self.assertEqual(embed.answer('{"mpps": 2.0, "loss": 0}')["mpps"], 2.0)
        with self.assertRaisesRegex(Unfit, "no frame came"):
            embed.answer('{"error": "no frame came"}')

    def test_the_window_is_the_one_with_the_most_frames(self):
        ends = embed.Ends(None, None, 64, [])
        rates = dict(zip(embed.WINDOWS, (1.0, 4.0, 3.0, 2.0)))
        ends.rate = types.MethodType(lambda self, seconds, window: {"mpps": rates[window]}, ends)
        ends.warm_up(1.0)
        self.assertEqual(ends.window, embed.WINDOWS[1])

    def test_each_size_has_all_ways_beside_the_peer(self):
        for one in embed.comparisons(None):
            self.assertEqual([entry.dut for entry in one.entries],
                             ["unix", "vde_switch", "shm", "vhost-user", "in process"])


if __name__ == "__main__":
    unittest.main()
