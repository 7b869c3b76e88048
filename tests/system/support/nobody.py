"""Nobody: the user without any right that root becomes for good."""

import os
import shutil

NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs",
             "--bounding-set=-all", "--inh-caps=-all", "--pdeathsig=KILL"]


def own_folder(folder, program):
    """Gives the folder to nobody, with a copy of the program in it, whose original nobody may not reach; the copy."""
    copy = shutil.copy(program, folder / "sealane")
    os.chown(folder, NOBODY, NOBODY)
    return copy


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        return dict(line.rstrip("\n").split(":", 1) for line in lines)


def is_nobody(pid):
    """Its user in every sense, and not one capability."""
    status = status_of(pid)
    return status["Uid"].split() == [str(NOBODY)] * 4 and all(
        int(status[kind], 16) == 0 for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
