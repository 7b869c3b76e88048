"""Files of frames and configurations for the devices under test."""

import pathlib
import struct
import tempfile
import unittest

import frames
import sealane
from load import Cores, Replay


def read_pcap(path):
    content = pathlib.Path(path).read_bytes()
    magic, = struct.unpack_from("<I", content)
    assert magic == 0xA1B2C3D4
    at, found = 24, []
    while at < len(content):
        taken, whole = struct.unpack_from("<II", content, at + 8)
        assert taken == whole
        found.append(content[at + 16:at + 16 + taken])
        at += 16 + taken
    return found


class Frames(unittest.TestCase):
    def test_a_file_has_one_frame_to_each_destination(self):
        with tempfile.NamedTemporaryFile() as file:
            frames.write_pcap(file.name, frames.to_destinations(300))
            found = read_pcap(file.name)
        self.assertEqual({len(one) for one in found}, {60})
        self.assertEqual(len({one[:6] for one in found}), 300)
        self.assertEqual(found[299][:6].hex(":"), frames.destination(299))
        self.assertEqual({one[6:12].hex(":") for one in found}, {frames.SOURCE})

    def test_addresses_are_unicast_and_locally_administered(self):
        for index in (0, 255, 256, (1 << 20) - 1):
            first = int(frames.destination(index)[:2], 16)
            self.assertEqual(first & 3, 2)

    def test_each_destination_is_a_flow_of_its_own(self):
        flows = {bytes(one[26:38]) for one in frames.to_destinations(300)}
        self.assertEqual(len(flows), 300)

    def test_checksums_are_right(self):
        one = next(frames.to_destinations(1))
        self.assertEqual(one[12:14].hex(), "0800")
        self.assertEqual(frames.sum_of_words(one[14:34]), 0)

    def test_a_tag_makes_a_frame_longer(self):
        one = frames.frame(frames.destination(0), frames.SOURCE, vlan=10)
        self.assertEqual((len(one), one[12:16].hex()), (64, "8100000a"))


class Configuration(unittest.TestCase):
    def test_tagged_frames_leave_untagged(self):
        text = sealane.switch_configuration(Replay("f.pcap", tagged=True), Cores()).text()
        source, sink = (line for line in text.splitlines() if "ent0" in line)
        self.assertIn("pvid: 1, mtu: 1500, vids: [10]", source)
        self.assertIn("pvid: 10", sink)

    def test_addresses_are_loaded_into_the_vlan_that_frames_are_in(self):
        self.assertEqual(sealane.preload(Replay("f.pcap", macs=1)), [(frames.destination(0), 1, "sink/ent0")])
        self.assertEqual(sealane.preload(Replay("f.pcap", macs=1, tagged=True))[0][1], 10)


if __name__ == "__main__":
    unittest.main()
