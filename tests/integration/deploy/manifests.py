"""Holds objects of Kubernetes against its schemas, and prints them as JSON.

A JSON list of texts comes on stdin, each YAML documents; versions of Kubernetes as arguments. Unknown
fields are errors. A list of objects for each text goes out.
"""

import json
import sys

import kubernetes_validate
import yaml


def objects(text):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for thing in yaml.load_all(text, loader):
        for version in sys.argv[1:]:
            try:
                kubernetes_validate.validate(thing, version, strict=True)
            except kubernetes_validate.ValidationError as wrong:
                path = ".".join(str(step) for step in wrong.path)
                sys.exit(f"{thing['kind']} {thing['metadata']['name']}: {path}: {wrong.message}")
        yield thing


json.dump([list(objects(text)) for text in json.load(sys.stdin)], sys.stdout)
