"""What the rig prints and writes."""

import json

from figures import PERCENTILES

COLUMNS = (("case", "case"), ("dut", "dut"), ("size", "size"), ("mpps", "Mpps"), ("spread", "min..max"),
           ("gbps", "Gbit/s"), ("cycles", "cycles"), ("loss", "loss"), ("core", "core"), ("steal", "steal"))
LATENCY = (("p50", "p50 us"), ("p99", "p99 us"), ("p999", "p99.9 us"))  # if a row has them
RIGHT = {"size", "mpps", "spread", "gbps", "cycles", "loss", "core", "steal", *PERCENTILES}


WHOLE_CORE = 0.9  # less of a core than this, and a row says little


def layout(rows, columns, right):
    """Text in columns as wide as their widest word."""
    lines = [[head for _, head in columns]] + [[str(row.get(key, "")) for key, _ in columns] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join("  ".join(
        word.rjust(width) if key in right else word.ljust(width)
        for word, width, (key, _) in zip(line, widths, columns)).rstrip() for line in lines)


def rate(mpps):
    return f"{mpps:.2f}" if mpps >= 1 else f"{mpps:.4f}"


def table(rows):
    shown = []
    for row in rows:
        cells = {"case": f"{row['case']}/{row['variant']}", "dut": row["dut"], "size": row.get("size", "")}
        if "mpps" in row:
            cells.update(mpps=rate(row["mpps"]), spread=f"{rate(row['mpps_min'])}..{rate(row['mpps_max'])}",
                         gbps=f"{row['gbps']:.1f}", cycles=f"{row['cycles']:.0f}" if row["cycles"] else "–", loss=f"{row['loss']:.2%}",
                         core=f"{row['core']:.0%}", steal=f"{row['steal']:.1%}",
                         **{name: f"{row[name]:.1f}" for name in PERCENTILES if name in row})
        shown.append(cells)
    shared = sum(row.get("core", 1) < WHOLE_CORE for row in rows)
    errors = [f"{row['case']}/{row['variant']} {row['dut']}: {row['error']}" for row in rows if "error" in row]
    columns = COLUMNS + (LATENCY if any("p50" in row for row in rows) else ())
    text = layout(shown, columns, RIGHT)
    if shared:
        text += f"\n\nother work ran on the core in {shared} rows (see core): don't rely on them"
    return text + ("\n\nnot measured:\n  " + "\n  ".join(errors) if errors else "")


def bars(ratios):
    columns = (("of", "ratio of"), ("over", "over"), ("required", "required"), ("hoped", "hoped"), ("got", "got"),
               ("spread", "min..max"), ("per_core", "by core time"), ("verdict", ""))
    shown = [{**one, "required": one["required"] or "–", "spread": f"{one['min']}..{one['max']}",
              "verdict": "as hoped" if one["hope_met"] else "met" if one["met"] else "MISSED"} for one in ratios]
    return layout(shown, columns, {"required", "hoped", "got", "spread", "per_core"})


def machine(facts):
    versions = facts["versions"]
    return (f"{facts['cpu']}, {facts['cpus']} cores, TSC {facts['tsc_hz'] / 1e9:.3f} GHz, {' '.join(facts['isa'])}\n"
            f"kernel {facts['kernel']}, {', '.join(versions['sealane'])}, testpmd {versions['dpdk']}, "
            f"OVS {versions['openvswitch']}\n"
            f"device under test on core {facts['pinning']['device under test']}, everything else on core "
            f"{facts['pinning']['everything else']}, {facts['hugepages_2m']} hugepages free at the start, "
            f"niceness {-20 if facts['first'] else 0}")


def write_json(path, facts, rows, ratios):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"machine": facts, "rows": rows, "ratios": ratios}, file, indent=2)
        file.write("\n")
