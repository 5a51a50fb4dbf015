"""Definitions: from YAML to the records that runs keep, and back.

Importing this costs little: YAML, Pydantic and the graph are brought in when documents are read or checked.
"""

from boms_tui.model.definitions.applying import Applied, NewRevision, catalogue_of, plan_apply
from boms_tui.model.definitions.bodies import dump_body, load_body
from boms_tui.model.definitions.exporting import export, merged_processes
from boms_tui.model.definitions.jsonschema import json_schema
from boms_tui.model.definitions.problems import DefinitionError, Problem
from boms_tui.model.definitions.reading import Source
from boms_tui.model.definitions.templates import template_of

__all__ = [
    "Applied",
    "DefinitionError",
    "NewRevision",
    "Problem",
    "Source",
    "catalogue_of",
    "dump_body",
    "export",
    "json_schema",
    "load_body",
    "merged_processes",
    "plan_apply",
    "template_of",
]
