#!/usr/bin/env python3
"""The manual pages beside the program and its sources: manual_test.py SEALANE_BINARY"""

import pathlib
import re
import sys

from processes import run_text
from scene import run_test

TEST_S = 120
ROOT = pathlib.Path(__file__).resolve().parents[3]
PAGES = ROOT / "packaging/man"
KEYS = re.compile(r"array(?:<[^>]*>)?\s+k\w*Keys\{([^}]*)\}")
FUNCTION = re.compile(r"\b(sealane_\w+)\(")


def text_of(page):
    """As its reader sees it, on one line."""
    shown = run_text(["mandoc", "-T", "ascii", "-O", "width=200", PAGES / page]).stdout
    return " ".join(re.sub(".\b", "", shown).split())


def help_of(sealane, verb):
    """Its verbs and its options."""
    told = run_text([sealane, *verb, "--help"]).stdout
    _, _, verbs = told.partition("Subcommands:")
    verbs = re.findall(r"^  (\w+)\s", verbs, re.MULTILINE)
    return verbs, re.findall(r"^\s+(?:-\w,)?(--[\w-]+)", told.partition("Subcommands:")[0], re.MULTILINE)


def all_help(sealane, verb=()):
    """Yields every verb, as a tuple of words, with its options."""
    verbs, options = help_of(sealane, verb)
    yield verb, options
    for name in verbs:
        yield from all_help(sealane, (*verb, name))


def keys_of_loader():
    """Every key that the loader's tables have."""
    files = [*sorted((ROOT / "control/config").glob("load_*.cc")), ROOT / "dataplane/base/impairment.h"]
    return {key for file in files for table in KEYS.findall(file.read_text()) for key in re.findall(r'"(\w+)"', table)}


def has_word(text, word):
    return re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def check_program(scene):
    page = text_of("sealane.1")
    entries = list(all_help(scene.sealane))
    scene.check("the program says what verbs and options it has", len(entries) > 20 and sum(len(options) for _, options in entries) > 30,
                f"{len(entries)} verbs")
    missing = [" ".join(verb) for verb, _ in entries if verb and not has_word(page, " ".join(verb)) and verb != ("fdb", "show")]
    scene.check("sealane(1) has every verb", not missing, ", ".join(missing))
    options = {option for _, options in entries for option in options}
    missing = sorted(option for option in options if not has_word(page, option))
    scene.check("sealane(1) has every option", not missing, ", ".join(missing))
    told = set(re.findall(r"(?<![\w-])--[a-z][\w-]*", page))
    scene.check("sealane(1) has no option that is none", told <= options, ", ".join(sorted(told - options)))


def check_keys(scene):
    page = text_of("sealane.yaml.5")
    keys = keys_of_loader()
    scene.check("the loader's tables are found", {"system", "queue_frames", "ha_mode", "burst_begin", "rx_descriptors"} <= keys, f"{len(keys)} keys")
    missing = sorted(key for key in keys if not has_word(page, key))
    scene.check("sealane.yaml(5) has every key", not missing, ", ".join(missing))
    example = (PAGES / "sealane.yaml.5").read_text().split(".Bd -literal -offset indent\n")[1].split(".Ed")[0]
    file = scene.run / "example.yaml"
    file.write_text(example)
    done = run_text([scene.sealane, "check", file])
    scene.check("its example is right", done.returncode == 0, done.stdout[:300])


def check_functions(scene, page, header):
    functions = set(FUNCTION.findall(re.sub(r"/\*.*?\*/", "", (ROOT / header).read_text(), flags=re.DOTALL)))
    text = text_of(page)
    missing = sorted(name for name in functions if f"{name}(" not in text)
    scene.check(f"{page} has every function of {pathlib.Path(header).name}", functions and not missing, ", ".join(missing))


def play(scene):
    for page in sorted(PAGES.iterdir()):
        done = run_text(["mandoc", "-T", "lint", "-W", "warning", page])
        scene.check(f"mandoc finds no fault with {page.name}", done.returncode == 0, (done.stdout + done.stderr)[:300])
    check_program(scene)
    check_keys(scene)
    check_functions(scene, "libsealane.3", "embed/include/sealane/sealane.h")
    check_functions(scene, "sealane_port.3", "client/include/sealane/port.h")


sys.exit(run_test("manual", play, TEST_S))
