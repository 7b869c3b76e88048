"""2 MiB hugepages for the time of a run; at the end there are as many as before.

No file system of them is mounted: everything that the rig starts keeps its memory in no file.
"""

import pathlib

COUNT = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")
FREE = COUNT.with_name("free_hugepages")


class Hugepages:
    """Asks for so many pages to be free."""

    def __init__(self, pages, say):
        self.wanted, self.say = pages, say
        self.before = None

    def __enter__(self):
        count = int(COUNT.read_text())
        if self.free < self.wanted:
            try:
                COUNT.write_text(str(count + self.wanted - self.free))
                self.before = count
            except OSError as fault:
                self.say(f"can't have hugepages: {fault}; run as root, or: sysctl -w vm.nr_hugepages={self.wanted}")
        if self.free < self.wanted:
            self.say(f"{self.free} hugepages are free, {self.wanted} are wanted: some rows may be missing")
        return self

    def __exit__(self, *_):
        if self.before is not None:
            COUNT.write_text(str(self.before))

    @property
    def free(self):
        return int(FREE.read_text())
