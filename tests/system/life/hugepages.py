"""With hugepages: they are used, and SIGKILL gives them all back."""

import contextlib
import pathlib
import signal

from processes import comes_true
from streams_frame import frame_of
from switch import Switch

PAGES = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB")
WANTED = 256  # of 2 MiB: more than a small frame's buffers take


def count(name):
    return int((PAGES / f"{name}_hugepages").read_text(encoding="ascii"))


@contextlib.contextmanager
def reserved():
    """WANTED free pages; those that the machine had to set aside for it go back afterwards.  Yields why there are none."""
    before = count("nr") if PAGES.is_dir() else 0
    try:
        if not PAGES.is_dir():
            yield "this kernel has no hugepages of 2 MiB"
            return
        with contextlib.suppress(PermissionError):
            if count("free") < WANTED:
                (PAGES / "nr_hugepages").write_text(str(before + WANTED - count("free")), encoding="ascii")
        free = count("free")
        yield None if free >= WANTED else f"{free} hugepages are free, {WANTED} are wanted; as root, on a machine with room"
    finally:
        with contextlib.suppress(PermissionError):
            if PAGES.is_dir() and count("nr") != before:
                (PAGES / "nr_hugepages").write_text(str(before), encoding="ascii")


def check_hugepages(scene, check_forwards, listing):
    with reserved() as why_not:
        if why_not:
            scene.note(f"hugepages are not shown here: {why_not}")
            return
        free, before = count("free"), listing()
        switch = Switch(scene, frame_of(scene.run, 2), "huge").wait_ready()
        scene.check("with hugepages at hand: it uses them", switch.ask("show")["hugepages"] and count("free") < free,
                    f"{free - count('free')} pages")
        check_forwards(scene, "with hugepages")
        switch.check_laws("with hugepages")
        switch.process.end()
        back = comes_true(lambda: count("free") == free)
        scene.check("with hugepages: SIGKILL gives them all back", back, f"{count('free')} of {free} are free")
        left = listing() - before
        scene.check("and leaves no file of them", not left, ", ".join(sorted(left)[:5]))

        switch = Switch(scene, frame_of(scene.run, 2), "huge-again").wait_ready()
        check_forwards(scene, "with hugepages, after SIGKILL")
        switch.check_stops(signal.SIGTERM)
        scene.check("with hugepages: a clean stop gives them all back", count("free") == free)
