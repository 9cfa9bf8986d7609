"""Run by the interpreter of the environment for process mining: what pm4py makes of a log."""

import json
import sys

import pm4py  # type: ignore[import-not-found]

_, kind, path = sys.argv
read = pm4py.read_ocel2_json if kind == "ocel-json" else pm4py.read_ocel2_sqlite
log = read(path)
flat = pm4py.ocel_flattening(log, "case")
changed = log.object_changes
followed = pm4py.filter_eventually_follows_relation(flat, [("submission", "approve")])
json.dump(
    {
        "events": len(log.events),
        "objects": len(log.objects),
        "event_links": len(log.relations),
        "object_links": len(log.o2o),
        "changes": len(changed),
        "activities": sorted(set(log.events["ocel:activity"])),
        "cases": int(flat["case:concept:name"].nunique()),
        "submitted_then_approved": sorted(set(followed["case:concept:name"])),
    },
    sys.stdout,
)
